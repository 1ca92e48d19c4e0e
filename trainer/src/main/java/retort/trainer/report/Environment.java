package retort.trainer.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import retort.command.Commands;

/** Where this process runs: versions, machine and command line. */
public final class Environment {
  private static final Path LINUX_PROCESSORS = Path.of("/proc/cpuinfo");
  private static final String MODEL_NAME = "model name";

  /** Flags whose value is nobody else's business. */
  private static final Pattern SECRET =
      Pattern.compile("(?i)--\\S*(password|passphrase|secret|token|credential|key)\\S*");

  /** A name and a password within an address. */
  private static final Pattern LOGIN = Pattern.compile("://[^/@\\s]+@");

  private Environment() {}

  /**
   * The facts about this process, by name.
   *
   * @param arguments the command and its flags, as they were given
   */
  public static Map<String, Object> describe(List<String> arguments) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("command", "retort " + withoutSecrets(arguments));
    facts.put("retort", Commands.version());
    facts.put(
        "java", System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"));
    facts.put(
        "system",
        Stream.of("os.name", "os.version", "os.arch")
            .map(System::getProperty)
            .reduce((a, b) -> a + " " + b)
            .orElse(""));
    facts.put("processor", processor());
    facts.put("processors", Runtime.getRuntime().availableProcessors());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine) {
      facts.put("memory", Figures.bytes(machine.getTotalMemorySize()));
    }
    facts.put("heap", Figures.bytes(Runtime.getRuntime().maxMemory()) + " at most");
    return facts;
  }

  /**
   * A command line that may be shown: values of secret flags and logins in addresses are hidden.
   */
  static String withoutSecrets(List<String> arguments) {
    List<String> shown = new ArrayList<>();
    boolean hide = false;
    for (String argument : arguments) {
      String name = argument.split("=", 2)[0];
      boolean secret = SECRET.matcher(name).matches();
      if (hide) {
        shown.add("***");
      } else if (secret && argument.contains("=")) {
        shown.add(name + "=***");
      } else {
        shown.add(quoted(LOGIN.matcher(argument).replaceAll("://***@")));
      }
      hide = secret && !argument.contains("=") && !hide;
    }
    return String.join(" ", shown);
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w./:=,+@%-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private static String processor() {
    try {
      if (Files.isReadable(LINUX_PROCESSORS)) {
        for (String line : Files.readAllLines(LINUX_PROCESSORS)) {
          if (line.toLowerCase(Locale.ROOT).startsWith(MODEL_NAME)) {
            return line.substring(line.indexOf(':') + 1).strip();
          }
        }
      }
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
    return System.getProperty("os.arch");
  }
}

package retort.clients.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own, which can be told to end as Ctrl-C would. */
final class CommandProcess {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;

  private CommandProcess(Process process) {
    this.process = process;
  }

  static CommandProcess start(String... words) throws IOException {
    return new CommandProcess(builder(words).redirectErrorStream(true).start());
  }

  /** Runs a command to its end and returns what it wrote to standard output alone. */
  static byte[] bytes(String... words) throws IOException, InterruptedException {
    Process process = builder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    byte[] output = process.getInputStream().readAllBytes();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the command did not end");
    }
    return output;
  }

  private static ProcessBuilder builder(String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    if (Runtime.version().feature() >= 24) {
      // As the launcher does: gRPC's transport loads native code, of which the JVM would warn.
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", classPath)));
    command.add(Main.class.getName());
    command.addAll(List.of(words));
    return new ProcessBuilder(command);
  }

  /** Waits until a file has been written, or the command has ended without it. */
  void await(Path file) throws InterruptedException, IOException {
    while ((!Files.exists(file) || Files.size(file) == 0)
        && !process.waitFor(5, TimeUnit.MILLISECONDS)) {
      // The process has that long to write it, or to end.
    }
  }

  /** Tells it to end and returns what it has printed in all. */
  String terminate() throws InterruptedException, IOException {
    // Not process.destroy(), which closes what there is to read.
    process.toHandle().destroy();
    return output();
  }

  /** Waits until it ends by itself and returns what it has printed in all. */
  String output() throws InterruptedException, IOException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the command did not end");
    }
    return output;
  }
}

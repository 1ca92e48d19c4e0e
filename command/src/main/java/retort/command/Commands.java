package retort.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;

/**
 * Command lines that fail alike: a user's mistake is one sentence on the error stream and exit code
 * 2, a mistake of ours is a stack trace and 1. {@code @file} stands for the flags in a file, and of
 * a flag given twice the last counts, so that the command line overrides the file.
 */
public final class Commands {
  private static final int OUR_MISTAKE = 1;
  private static final int USERS_MISTAKE = 2;

  private Commands() {}

  /**
   * A command line.
   *
   * @param main an object with picocli's annotations, whose subcommands are the module's commands
   * @param usersMistakes what a command throws for a file or value it cannot use, its message a
   *     sentence for the user; {@link UncheckedIOException} and {@link IllegalArgumentException}
   *     are among them anyway
   */
  public static CommandLine line(
      Object main, Set<Class<? extends RuntimeException>> usersMistakes) {
    IParameterExceptionHandler badFlags =
        (e, arguments) -> {
          PrintWriter err = e.getCommandLine().getErr();
          err.println("retort: " + sentence(String.valueOf(e.getMessage())));
          err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
          return USERS_MISTAKE;
        };
    IExecutionExceptionHandler failed =
        (e, command, parsed) -> {
          if (e instanceof UncheckedIOException
              || e instanceof IllegalArgumentException
              || usersMistakes.stream().anyMatch(kind -> kind.isInstance(e))) {
            command.getErr().println("retort: " + e.getMessage());
            return USERS_MISTAKE;
          }
          command
              .getErr()
              .println("retort: this should not happen; please report it with what follows");
          e.printStackTrace(command.getErr());
          return OUR_MISTAKE;
        };
    // Else picocli warns of every flag that overrides one from a file.
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    CommandLine line =
        new CommandLine(main)
            .setParameterExceptionHandler(badFlags)
            .setExecutionExceptionHandler(failed)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOverwrittenOptionsAllowed(true)
            .setUsageHelpAutoWidth(true);
    String version = "retort " + version();
    line.getCommandSpec().version(version);
    line.getSubcommands().values().forEach(command -> command.getCommandSpec().version(version));
    return line;
  }

  /** The version of Retort, such as {@code 1.2.0}. */
  public static String version() {
    try (InputStream in = Commands.class.getResourceAsStream("version.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without what picocli puts before some messages. */
  private static String sentence(String message) {
    return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
  }
}

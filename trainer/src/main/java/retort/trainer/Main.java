package retort.trainer;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import retort.graph.GraphException;
import retort.onnx.OnnxException;
import retort.statistics.NpyException;
import retort.trainer.data.DataException;
import retort.trainer.distill.RunException;

/** The trainer's commands. Exit codes: 0 done, 2 the user's mistake, 1 ours, 130 interrupted. */
@Command(
    name = "retort",
    description = "Trains teachers, distils them into one-step generators, and measures both.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TeachCommand.class,
      ClassifyCommand.class,
      SampleCommand.class,
      DistillCommand.class,
      EvaluateCommand.class
    })
public final class Main {
  private static final int OUR_MISTAKE = 1;
  private static final int USERS_MISTAKE = 2;

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, which tests call as the shell would. */
  public static CommandLine commandLine() {
    IParameterExceptionHandler badFlags =
        (e, arguments) -> {
          PrintWriter err = e.getCommandLine().getErr();
          err.println("retort: " + sentence(String.valueOf(e.getMessage())));
          err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
          return USERS_MISTAKE;
        };
    IExecutionExceptionHandler failed =
        (e, command, parsed) -> {
          if (isUsersMistake(e)) {
            command.getErr().println("retort: " + e.getMessage());
            return USERS_MISTAKE;
          }
          command
              .getErr()
              .println("retort: this should not happen; please report it with what follows");
          e.printStackTrace(command.getErr());
          return OUR_MISTAKE;
        };
    return new CommandLine(new Main())
        .setParameterExceptionHandler(badFlags)
        .setExecutionExceptionHandler(failed)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true);
  }

  /** Without what picocli puts before some messages. */
  private static String sentence(String message) {
    return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
  }

  private static boolean isUsersMistake(Exception e) {
    return e instanceof OnnxException
        || e instanceof UncheckedIOException
        || e instanceof GraphException
        || e instanceof DataException
        || e instanceof NpyException
        || e instanceof RunException
        || e instanceof IllegalArgumentException;
  }
}

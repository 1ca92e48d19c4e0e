package retort.trainer;

import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import retort.command.Commands;
import retort.command.LauncherException;
import retort.graph.GraphException;
import retort.onnx.OnnxException;
import retort.statistics.NpyException;
import retort.trainer.data.DataException;
import retort.trainer.distill.RunException;
import retort.trainer.torchscript.TorchScriptException;

/** The trainer's commands. Exit codes: 0 done, 2 the user's mistake, 1 ours, 130 interrupted. */
@Command(
    name = "retort",
    description =
        "Trains teachers, distils them into one-step generators, measures and shows both.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TeachCommand.class,
      ClassifyCommand.class,
      SampleCommand.class,
      DistillCommand.class,
      EvaluateCommand.class,
      ReportCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, which tests call as the shell would. */
  public static CommandLine commandLine() {
    return Commands.line(
        new Main(),
        Set.of(
            OnnxException.class,
            GraphException.class,
            DataException.class,
            NpyException.class,
            RunException.class,
            LauncherException.class,
            TorchScriptException.class));
  }
}

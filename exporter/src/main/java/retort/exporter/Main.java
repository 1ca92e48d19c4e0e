package retort.exporter;

import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import retort.command.Commands;
import retort.exporter.checkpoint.CheckpointException;
import retort.graph.GraphException;
import retort.onnx.OnnxException;
import retort.statistics.NpyException;

/**
 * The exporter's commands. Exit codes: 0 done, 2 the user's mistake, 1 ours; stopped by Ctrl-C 130,
 * by SIGTERM 143, as any process that they end.
 */
@Command(
    name = "retort",
    description =
        "Takes networks in, makes generators ready to be served, and tells what files hold.",
    mixinStandardHelpOptions = true,
    subcommands = {ImportCommand.class, ExportCommand.class, InspectCommand.class})
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
            CheckpointException.class,
            NpyException.class));
  }
}

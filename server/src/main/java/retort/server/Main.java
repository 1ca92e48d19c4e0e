package retort.server;

import java.util.Set;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import retort.command.Commands;
import retort.server.generator.GeneratorException;

/**
 * The server's command. Exit codes: 2 the user's mistake, 1 ours, 3 a thread of the server has
 * broken; drained after SIGTERM 143, after Ctrl-C 130, as of any process that they end.
 */
@Command(
    name = "retort",
    description = "Serves generators over gRPC.",
    mixinStandardHelpOptions = true,
    subcommands = ServeCommand.class)
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    // What gRPC logs goes where the rest goes, and by the same levels.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, which tests call as the shell would. */
  public static CommandLine commandLine() {
    return Commands.line(new Main(), Set.of(GeneratorException.class));
  }
}

package retort.server;

import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import retort.command.Commands;
import retort.server.generator.GeneratorException;

/** The server's command. Exit codes: 0 drained, 2 the user's mistake, 1 ours, 143 terminated. */
@Command(
    name = "retort",
    description = "Serves generators over gRPC.",
    mixinStandardHelpOptions = true,
    subcommands = ServeCommand.class)
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, which tests call as the shell would. */
  public static CommandLine commandLine() {
    return Commands.line(new Main(), Set.of(GeneratorException.class));
  }
}

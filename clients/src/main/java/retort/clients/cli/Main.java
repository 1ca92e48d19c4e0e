package retort.clients.cli;

import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import retort.clients.RetortException;
import retort.clients.cli.bench.BenchCommand;
import retort.clients.cli.bench.BenchException;
import retort.clients.cli.picture.PictureException;
import retort.command.Commands;
import retort.command.LauncherException;

/**
 * The commands of a client. Exit codes: 0 done; 2 what a user can change (flags, files, an address
 * where nothing answers) and what a server or a step of the demo refused or failed at; 1 our
 * mistake; 130 ended by Ctrl-C, which is also how a demo that keeps serving ends.
 */
@Command(
    name = "retort",
    description = "Asks a server for images and frames.",
    mixinStandardHelpOptions = true,
    subcommands = {
      GenerateCommand.class,
      StreamCommand.class,
      BenchCommand.class,
      DemoCommand.class
    })
public final class Main {
  /** Kept here, since a logger that nobody holds forgets its level. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    // What gRPC has to say reaches the user as a sentence.
    GRPC.setLevel(Level.OFF);
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, which tests call as the shell would. */
  public static CommandLine commandLine() {
    return Commands.line(
        new Main(),
        Set.of(
            RetortException.class,
            BenchException.class,
            PictureException.class,
            DemoException.class,
            LauncherException.class));
  }
}

package retort.clients.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.command.Launcher;
import retort.command.OnInterrupt;

/** {@code demo}: the whole journey on the shipped teacher of digits. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Takes the whole journey on the shipped teacher of digits: distils it, measures and exports"
            + " the generator, serves it, and asks the server for images and frames.",
    footer = {
      "",
      "Example, in half the time, and with a server left to play with:",
      "  retort demo --minutes 1 --keep-serving"
    })
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "How long to distil; all else takes one more, or less. Default: ${DEFAULT-VALUE}.")
  private double minutes = 2;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description =
          "Where the demo makes a folder of its own, 001 first. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("runs", "demo");

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to distil and measure with. Default: the processors.")
  private int threads;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the server, 0 for any that is free. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--keep-serving",
      description =
          "Let the server run until Ctrl-C; a demo that is killed outright (SIGKILL) leaves it"
              + " running. Default: it is stopped.")
  private boolean keepServing;

  /** The launcher says where it is. */
  @Option(names = "--launcher", hidden = true, defaultValue = "${env:RETORT_LAUNCHER}")
  private @Nullable Path script;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    DemoJourney.Plan plan = new DemoJourney.Plan(minutes, threads, port, keepServing);
    if (script == null) {
      throw new IllegalArgumentException(
          "the demo runs the other commands through the launcher; start it as './retort demo'");
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Launcher launcher = new Launcher(script);
        OnInterrupt interrupt = new OnInterrupt(launcher::close)) {
      DemoJourney journey = new DemoJourney(launcher, plan, out);
      return go(journey, journey.begin(folder), interrupt, out);
    }
  }

  private int go(DemoJourney journey, DemoRun run, OnInterrupt interrupt, PrintWriter out) {
    try {
      journey.go(run);
      return interrupt.happened() ? OnInterrupt.EXIT_CODE : 0;
    } catch (RuntimeException e) {
      // Ending the steps makes them fail, which is no news then.
      if (!interrupt.happened()) {
        throw e;
      }
      out.println("stopped; what was made until then is kept in " + run.folder());
      out.flush();
      return OnInterrupt.EXIT_CODE;
    }
  }
}

package retort.trainer.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.graph.TorchScriptMethod.Layout;
import retort.trainer.distill.TrainingMethod;
import retort.trainer.engine.LossForm;
import retort.trainer.engine.Torch;

/** Measures the peak of resident memory over a few steps; a process has one, so each runs alone. */
@Command(
    name = "peak-study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Prints the peak of resident memory above the empty engine's, the estimate, and the"
            + " processor time of a step, as a row of a table.")
final class PeakStudy implements Callable<Integer> {
  private static final double MEBIBYTE = 1 << 20;

  @Option(names = "--network", description = "One of ${COMPLETION-CANDIDATES}. Default: digits.")
  private Workload.Network network = Workload.Network.DIGITS;

  @Option(names = "--method", description = "One of ${COMPLETION-CANDIDATES}. Default: sid.")
  private Workload.Method method = Workload.Method.SID;

  @Option(names = "--layout", description = "One of ${COMPLETION-CANDIDATES}. Default: contiguous.")
  private Layout layout = Layout.CONTIGUOUS;

  @Option(names = "--threads", description = "Threads of the engine. Default: ${DEFAULT-VALUE}.")
  private int threads = 2;

  @Option(names = "--batch", description = "Images a step. Default: the network's usual.")
  private int batch;

  @Option(names = "--segments", description = "Parts of a loss. Default: ${DEFAULT-VALUE}.")
  private int segments = 1;

  @Option(names = "--steps", description = "How many steps. Default: ${DEFAULT-VALUE}.")
  private int steps = 3;

  private PeakStudy() {}

  /** Runs one measurement. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new PeakStudy())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Torch torch = Torch.open(threads, layout, new LossForm(segments, false))) {
      double empty = ThisProcess.residentMib();
      TrainingMethod training = network.training(method, batch).start(torch);
      double estimate = torch.memory(training.batch(), segments).total() / MEBIBYTE;
      double[] seconds = new double[steps];
      for (int step = 0; step < steps; step++) {
        double started = ThisProcess.cpuSeconds();
        training.step(step, (long) step * training.batch());
        seconds[step] = ThisProcess.cpuSeconds() - started;
      }
      double peak = ThisProcess.peakMib() - empty;
      out.printf(
          Locale.ROOT,
          "| %s | %s | %d | %d | %.0f | %.0f | %.2f |%n",
          Workload.lower(network),
          Workload.lower(method),
          training.batch(),
          segments,
          peak,
          estimate,
          Arrays.stream(seconds).min().orElseThrow());
    }
    return 0;
  }
}

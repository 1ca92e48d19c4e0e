package retort.trainer.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.graph.TorchScriptMethod.Layout;
import retort.trainer.distill.TrainingMethod;
import retort.trainer.engine.Torch;

/** Watches resident memory over many steps of a tiny network, where a leaked handle would show. */
@Command(
    name = "memory-study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints resident memory along many steps, and its slope in their second half.")
final class MemoryStudy implements Callable<Integer> {
  private static final int INTERVAL = 100;

  @Option(names = "--network", description = "One of ${COMPLETION-CANDIDATES}. Default: tiny.")
  private Workload.Network network = Workload.Network.TINY;

  @Option(names = "--method", description = "One of ${COMPLETION-CANDIDATES}. Default: edm.")
  private Workload.Method method = Workload.Method.EDM;

  @Option(names = "--layout", description = "One of ${COMPLETION-CANDIDATES}. Default: contiguous.")
  private Layout layout = Layout.CONTIGUOUS;

  @Option(names = "--threads", description = "Threads of the engine. Default: ${DEFAULT-VALUE}.")
  private int threads = 1;

  @Option(names = "--steps", description = "How many steps. Default: ${DEFAULT-VALUE}.")
  private int steps = 2000;

  @Option(
      names = "--max-slope",
      description = "Fail above this, in MiB per 1,000 steps. Default: ${DEFAULT-VALUE}.")
  private double maxSlope = 2;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private MemoryStudy() {}

  /** Runs one study; the exit code is 1 when memory grows faster than allowed. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new MemoryStudy())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() {
    List<Double> resident = new ArrayList<>();
    try (Torch torch = Torch.open(threads, layout)) {
      TrainingMethod training = network.training(method, 0).start(torch);
      for (int step = 0; step < steps; step++) {
        training.step(step, (long) step * training.batch());
        if ((step + 1) % INTERVAL == 0) {
          resident.add(ThisProcess.residentMib());
          out.printf(Locale.ROOT, "%6d %8.1f MiB%n", step + 1, ThisProcess.residentMib());
        }
      }
    }
    double slope = slope(resident.subList(resident.size() / 2, resident.size()));
    out.printf(
        Locale.ROOT,
        "%s %s %s: %.2f MiB per 1,000 steps in the second half%n",
        Workload.lower(network),
        Workload.lower(method),
        Workload.lower(layout),
        slope);
    return slope <= maxSlope ? 0 : 1;
  }

  /** The slope of the least-squares line through values at equal distances, per 1,000 steps. */
  private static double slope(List<Double> values) {
    double centre = (values.size() - 1) / 2.0;
    double products = 0;
    double squares = 0;
    for (int i = 0; i < values.size(); i++) {
      products += (i - centre) * values.get(i);
      squares += (i - centre) * (i - centre);
    }
    return products / squares * 1000 / INTERVAL;
  }
}

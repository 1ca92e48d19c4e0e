package retort.trainer;

import java.util.Map;
import picocli.CommandLine.Option;
import retort.graph.TorchScriptMethod.Layout;
import retort.trainer.engine.LossForm;
import retort.trainer.engine.Torch;

/** Flags about how the engine computes. */
final class EngineOptions {
  static final String THREADS = "threads";
  static final String LAYOUT = "layout";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of the engine; a run is repeatable bit for bit with one number only, and may go"
              + " on with another. Default: the processors, or what the run was started with.")
  private int threads;

  @Option(
      names = "--layout",
      paramLabel = "ORDER",
      defaultValue = "contiguous",
      description =
          "Order of images in memory: contiguous or channels_last. Default: ${DEFAULT-VALUE}.")
  private Layout layout = Layout.CONTIGUOUS;

  /** Takes the number of threads an earlier session had, unless a flag says another. */
  void resumeWith(String earlierThreads) {
    if (threads == 0 && earlierThreads.matches("[1-9]\\d{0,5}")) {
      threads = Integer.parseInt(earlierThreads);
    }
  }

  /** Refuses a number that no engine has. */
  void check() {
    if (threads < 0) {
      throw new IllegalArgumentException("--threads is " + threads + " but should be at least 1");
    }
  }

  int threads() {
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  Torch open() {
    return open(LossForm.WHOLE);
  }

  /** Opens the engine to train with. */
  Torch open(LossForm form) {
    check();
    return Torch.open(threads(), layout, form);
  }

  void describe(Map<String, String> options) {
    options.put(THREADS, Integer.toString(threads()));
    options.put(LAYOUT, layout.name());
  }
}

package retort.trainer;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.RunWatcher;
import retort.trainer.distill.TrainingLoop;
import retort.trainer.distill.TrainingMethod;
import retort.trainer.engine.LossForm;
import retort.trainer.engine.Torch;
import retort.trainer.report.Environment;
import retort.trainer.report.RunSession;

/** Flags that every run has: where it is kept, how long it is, how often it saves and reports. */
final class RunOptions {
  private static final String MICRO_BATCH = "micro-batch";
  private static final String SEGMENTS = "segments";

  /** Exit code of a run that was told to stop, as a shell reports Ctrl-C. */
  private static final int INTERRUPTED = 130;

  private enum Precision {
    FP32,
    BF16
  }

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description =
          "Run folder. A folder with a run in it is resumed, given the same options again.")
  private Path out = Path.of(".");

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "Images to show in all. Default: ${DEFAULT-VALUE}.")
  private long images = 1_000_000;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "Stop after this time in steps, over all sessions, whatever was shown. Default: no"
              + " limit.")
  private double minutes = Double.POSITIVE_INFINITY;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images a step. Default: ${DEFAULT-VALUE}.")
  private int batch = 64;

  @Option(
      names = "--micro-batch",
      paramLabel = "N",
      description = "Images a call; gradients of several calls add up to a step. Default: --batch.")
  private int microBatch;

  @Option(
      names = "--segments",
      paramLabel = "N",
      description =
          "Parts into which a loss is cut to be differentiated, one after the other. More take less"
              + " memory and about a third more time: 3 keep one of SiD's three networks at a time."
              + " Default: ${DEFAULT-VALUE}.")
  private int segments = 1;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "fp32",
      description =
          "Arithmetic of convolutions and matrix products in a loss: fp32, or bf16, which needs a"
              + " processor made for it to be faster. Default: ${DEFAULT-VALUE}.")
  private Precision precision = Precision.FP32;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of every draw. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--save-every",
      paramLabel = "N",
      description = "Save a state for resuming after so many images. Default: ${DEFAULT-VALUE}.")
  private long saveImages = 20_000;

  @Option(
      names = "--record-every",
      paramLabel = "N",
      description = "Write a line of statistics after so many images. Default: ${DEFAULT-VALUE}.")
  private long recordImages = 2_000;

  @Option(
      names = "--report-every",
      paramLabel = "N",
      description =
          "Write a grid of samples and the network, and measure where --features is given, after so"
              + " many images. Default: ${DEFAULT-VALUE}.")
  private long reportImages = 50_000;

  private boolean weighsCalls;

  @Mixin private EngineOptions engine = new EngineOptions();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  int batch() {
    return batch;
  }

  int microBatch() {
    return microBatch == 0 ? batch : Math.min(microBatch, batch);
  }

  long seed() {
    return seed;
  }

  long images() {
    return images;
  }

  /** Shows all that a method has to show, where no number is given. */
  void showAll(OptionalLong all) {
    if (images == 0) {
      images = all.orElse(0);
    }
  }

  /** Has a resumed run keep --micro-batch, where the method {@link DistillMethod#weighsCalls}. */
  void weighsCalls(boolean weighs) {
    weighsCalls = weighs;
  }

  int segments() {
    return segments;
  }

  /** Opens the engine to train with. */
  Torch open() {
    resumeThreads();
    return engine.open(new LossForm(segments, precision == Precision.BF16));
  }

  /** Refuses numbers that no run can have, before anything is read or written. */
  void check() {
    engine.check();
    require("--batch", batch, 1);
    require("--micro-batch", microBatch, 0);
    require("--segments", segments, 1);
    require("--images", images, 1);
    require("--save-every", saveImages, 1);
    require("--record-every", recordImages, 1);
    require("--report-every", reportImages, 1);
    if (!(minutes > 0)) {
      throw new IllegalArgumentException("--minutes is " + minutes + " but should be positive");
    }
  }

  private void resumeThreads() {
    RunFolder.option(out, EngineOptions.THREADS).ifPresent(engine::resumeWith);
  }

  /** Opens the run folder; {@code own} are the command's options that decide the run's numbers. */
  RunFolder folder(Map<String, String> own) {
    return RunFolder.open(out, all(own), changeable());
  }

  /** The options of how a step is computed and not of what. */
  private Set<String> changeable() {
    Set<String> names =
        new HashSet<>(Set.of(EngineOptions.THREADS, EngineOptions.LAYOUT, SEGMENTS, MICRO_BATCH));
    if (weighsCalls) {
      names.remove(MICRO_BATCH);
    }
    return names;
  }

  /** A command's own options, and those that every run has, which decide the run's numbers. */
  Map<String, String> all(Map<String, String> own) {
    resumeThreads();
    Map<String, String> options = new LinkedHashMap<>(own);
    options.put("batch", Integer.toString(batch));
    options.put(MICRO_BATCH, Integer.toString(microBatch()));
    options.put(SEGMENTS, Integer.toString(segments));
    options.put("precision", precision.name());
    options.put("seed", Long.toString(seed));
    engine.describe(options);
    return options;
  }

  /** Says how much memory training takes with what is loaded, and warns where there is less. */
  MemoryBudget estimate(Torch torch) {
    MemoryBudget memory = new MemoryBudget(torch, microBatch(), segments, weighsCalls);
    memory.check();
    return memory;
  }

  private static void require(String flag, long value, long atLeast) {
    if (value < atLeast) {
      throw new RunException(flag + " is " + value + " but should be at least " + atLeast);
    }
  }

  /**
   * Trains to the end, or until the process is asked to stop.
   *
   * @param torch what the method trains with, with all that it needs loaded
   * @return the command's exit code
   */
  int train(Torch torch, TrainingMethod method, RunFolder folder, RunWatcher watcher) {
    TrainingLoop loop =
        new TrainingLoop(images, minutes * 60, saveImages, recordImages, reportImages);
    MemoryBudget memory = estimate(torch);
    RunSession session = RunSession.begin(folder, environment(torch));
    TrainingLoop.End end =
        session.during(() -> memory.run(() -> loop.run(method, folder, seed, watcher)));
    return end == TrainingLoop.End.DONE ? 0 : INTERRUPTED;
  }

  /** Where this session runs, and when it is to end. */
  private Map<String, Object> environment(Torch torch) {
    List<String> arguments =
        Objects.requireNonNull(spec).commandLine().getParseResult().originalArgs();
    Map<String, Object> facts = Environment.describe(arguments);
    facts.put("engine", torch.version());
    facts.put("engine_threads", engine.threads());
    facts.put("total_images", images);
    if (Double.isFinite(minutes)) {
      facts.put("max_seconds", minutes * 60);
    }
    return facts;
  }
}

package retort.trainer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.denoiser.SigmaRange;
import retort.file.FileDigest;
import retort.graph.Tensor;
import retort.noise.KarrasSchedule;
import retort.noise.UniformTimeSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.distill.AverageConfig;
import retort.trainer.distill.LearningRate;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.SidLoss;
import retort.trainer.distill.SidTraining;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;

/** {@code distill}: turns a teacher into a one-step generator. */
@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Turns a teacher into a one-step generator.",
    footer = {
      "",
      "Example, half an hour on the shipped teacher of digits:",
      "  retort distill --method sid --preset small --minutes 30 \\",
      "    --teacher examples/digits/teacher.onnx --out runs/digits",
      "",
      "The result is FOLDER/generator.onnx. The same command resumes an interrupted run."
    })
final class DistillCommand implements Callable<Integer> {
  /** Ways to distil. */
  enum Method {
    SID
  }

  /** Sets of defaults. */
  enum Preset {
    /** The published run on CIFAR-10. */
    PAPER,
    /** Networks of up to a few million parameters, minutes instead of days. */
    SMALL
  }

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = "sid",
      description = "How to distil: sid. Default: ${DEFAULT-VALUE}.")
  private Method method = Method.SID;

  @Option(
      names = "--teacher",
      required = true,
      paramLabel = "FILE",
      description = "The denoiser to distil, ONNX.")
  private Path teacherFile = Path.of(".");

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description = "Start the generator from this one. Default: from the teacher.")
  private @Nullable Path init;

  @Mixin private RunOptions run = new RunOptions();
  @Mixin private MeasureOptions measure = new MeasureOptions();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "small",
      description = "Defaults of the flags below: paper or small. Default: ${DEFAULT-VALUE}.")
  private Preset preset = Preset.SMALL;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description = "Weight of the loss's two terms. Default: 1.2.")
  private double alpha = 1.2;

  @Option(
      names = "--t-max",
      paramLabel = "T",
      description =
          "End of EDM's time, in (0, 1], from whose noise levels the generator is judged: 0.8 is sigma"
              + " 24.4, 0.6 is 5.8. Less for a teacher that knows little of high noise. Default:"
              + " ${DEFAULT-VALUE}.")
  private double tMax = 0.8;

  @Option(
      names = "--sigma-init",
      paramLabel = "S",
      description = "Noise level at which the generator runs. Default: ${DEFAULT-VALUE}.")
  private double sigmaInit = 2.5;

  @Option(
      names = "--lr",
      paramLabel = "R",
      description = "Learning rate of the fake score network. Default: paper 1e-5, small 1e-3.")
  private @Nullable Double fakeScoreRate;

  @Option(
      names = "--generator-lr",
      paramLabel = "R",
      description = "Learning rate of the generator. Default: paper 1e-5, small 2e-4.")
  private @Nullable Double generatorRate;

  @Option(
      names = "--generator-beta1",
      paramLabel = "B",
      description = "First decay of the generator's Adam. Default: ${DEFAULT-VALUE}.")
  private double generatorBeta1;

  @Option(
      names = "--augment",
      paramLabel = "P",
      description =
          "Probability of each augmentation of what the fake score network sees. Default: the"
              + " teacher's own.")
  private @Nullable Double augment;

  @Option(
      names = "--ema",
      paramLabel = "N",
      description =
          "Half-life of the generator's average, in images. Default: paper 500000, small 5000.")
  private @Nullable Double halfLife;

  @Option(
      names = "--ema-ramp",
      paramLabel = "R",
      description =
          "Its bound, as a share of the images shown. Default: paper 0.05," + " small 0.2.")
  private @Nullable Double ramp;

  @Option(
      names = "--decay",
      description =
          "Let both rates fall to 0 along a half cosine until --images are shown. Default: they"
              + " stay.")
  private boolean decay;

  private double fakeScoreRate() {
    return fakeScoreRate != null ? fakeScoreRate : preset == Preset.PAPER ? 1e-5 : 1e-3;
  }

  private double generatorRate() {
    return generatorRate != null ? generatorRate : preset == Preset.PAPER ? 1e-5 : 2e-4;
  }

  private double halfLife() {
    return halfLife != null ? halfLife : preset == Preset.PAPER ? 500_000 : 5_000;
  }

  private double ramp() {
    return ramp != null ? ramp : preset == Preset.PAPER ? 0.05 : 0.2;
  }

  @Override
  public Integer call() {
    run.check();
    DenoiserModel teacher = teacher();
    requireTrained(teacher);
    DenoiserModel start =
        init == null ? teacher : teacher.withWeightsOf(DenoiserModel.read(init), init);
    String digest = FileDigest.of(teacherFile);
    Augmentation augmentation = new Augmentation(augmentProbability(teacher));
    SidTraining.Recipe recipe =
        new SidTraining.Recipe(
            new SidLoss(alpha, sigmaInit, 100),
            levels(),
            run.batch(),
            run.microBatch(),
            new LearningRate(generatorRate(), 0, decay ? run.images() : 0),
            new LearningRate(fakeScoreRate(), 0, decay ? run.images() : 0),
            AdamConfig.of(generatorBeta1, 0.999),
            AdamConfig.of(0, 0.999),
            augmentation,
            new AverageConfig(halfLife(), ramp()),
            run.seed());
    try (RunFolder folder = run.folder(options(digest, augmentation));
        Torch torch = run.engine().open()) {
      SidTraining training = new SidTraining(torch, teacher, start, recipe);
      ImageSource samples =
          new ImageSource(
              teacher.imageShape(), (noise, labels, seeds) -> training.images(noise, labels));
      Reporting reporting =
          Reporting.start(torch, measure, folder, samples, teacher.labels(), "generator");
      return run.train(
          training,
          folder,
          position ->
              reporting.report(position, generator(training, samples, position.images(), digest)));
    }
  }

  private UniformTimeSigma levels() {
    if (!(tMax > 0 && tMax <= 1)) {
      throw new IllegalArgumentException(
          "--t-max is " + tMax + " but should be in (0, 1], such as 0.8");
    }
    return new UniformTimeSigma(KarrasSchedule.EDM, 0, tMax);
  }

  /** A generator runs at one level, which the teacher has to know. */
  private void requireTrained(DenoiserModel teacher) {
    SigmaRange levels = teacher.sigmaRange();
    if (sigmaInit > 0 && levels.nearest(sigmaInit) != sigmaInit) {
      throw new IllegalArgumentException(
          "--sigma-init is "
              + sigmaInit
              + " but "
              + teacherFile
              + " was trained on noise levels from "
              + levels.min()
              + " to "
              + levels.max()
              + "; pass a level between them");
    }
  }

  private DenoiserModel teacher() {
    DenoiserModel teacher = DenoiserModel.read(teacherFile);
    if (teacher.property(MetadataKeys.SIGMA_INIT).isPresent()) {
      throw new IllegalArgumentException(
          teacherFile
              + ": is a generator, which knows one noise level; pass the teacher it was distilled"
              + " from, and this file with --init to go on from it");
    }
    return teacher;
  }

  private DenoiserModel generator(
      SidTraining training, ImageSource samples, long images, String digest) {
    DenoiserModel model = training.result();
    int count = ReferenceSamples.count(model.imageShape());
    long[] seeds = new long[count];
    int[] labels = new int[model.labels() == 0 ? 0 : count];
    List<Long> seedList = new ArrayList<>();
    List<Integer> labelList = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seeds[i] = i;
      seedList.add((long) i);
      if (labels.length > 0) {
        labels[i] = i % model.labels();
        labelList.add(labels[i]);
      }
    }
    ReferenceSamples reference =
        new ReferenceSamples(
            seedList,
            labelList,
            Tensor.floats(
                model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count),
                samples.images(seeds, labels, model.labels())));
    Map<String, String> properties = new TreeMap<>();
    properties.put(MetadataKeys.METHOD, "sid");
    properties.put(MetadataKeys.SIGMA_INIT, Double.toString(sigmaInit));
    properties.put(MetadataKeys.TEACHER_DIGEST, digest);
    properties.put(MetadataKeys.IMAGES_SEEN, Long.toString(images));
    properties.put(MetadataKeys.SEED_ALGORITHM, retort.noise.GaussianNoise.ALGORITHM);
    properties.put(MetadataKeys.REFERENCE_SAMPLES, reference.encode());
    return model.withProperties(properties);
  }

  private double augmentProbability(DenoiserModel teacher) {
    return augment != null
        ? augment
        : teacher.property(MetadataKeys.AUGMENT_PROBABILITY).map(Double::parseDouble).orElse(0.0);
  }

  private Map<String, String> options(String digest, Augmentation augmentation) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("command", "distill");
    options.put("method", method.name());
    options.put("teacher", digest);
    options.put("init", init == null ? "teacher" : FileDigest.of(init));
    options.put("alpha", Double.toString(alpha));
    options.put("t-max", Double.toString(tMax));
    options.put("sigma-init", Double.toString(sigmaInit));
    options.put("lr", Double.toString(fakeScoreRate()));
    options.put("generator-lr", Double.toString(generatorRate()));
    options.put("generator-beta1", Double.toString(generatorBeta1));
    options.put("augment", Double.toString(augmentation.probability()));
    options.put("ema", Double.toString(halfLife()));
    options.put("ema-ramp", Double.toString(ramp()));
    options.put("decay", decay ? Long.toString(run.images()) : "none");
    return options;
  }
}

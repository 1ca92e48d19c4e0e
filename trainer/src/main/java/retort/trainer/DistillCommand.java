package retort.trainer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.denoiser.SigmaRange;
import retort.file.FileDigest;
import retort.graph.Tensor;
import retort.noise.GaussianNoise;
import retort.sampling.SeededNoise;
import retort.trainer.distill.Distillation;
import retort.trainer.distill.RunFolder;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;

/** {@code distill}: turns a teacher into a generator of one step or a few. */
@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Turns a teacher into a generator of one step, or of a few.",
    footer = {
      "",
      "Examples, half an hour on the shipped teacher of digits, without and with real images:",
      "  retort distill --method sid --preset small --minutes 30 \\",
      "    --teacher examples/digits/teacher.onnx --out runs/digits",
      "  retort distill --method sida --data examples/digits/mnist --minutes 30 \\",
      "    --teacher examples/digits/teacher.onnx --out runs/sida",
      "",
      "docs/distilling.md says what each method does and needs.",
      "",
      "The result is FOLDER/generator.onnx, and FOLDER/generator-best.onnx where --features lets the",
      "run measure itself. The same command resumes an interrupted run. docs/runs.md explains the",
      "folder: samples, signals, advice, and events for TensorBoard."
    })
final class DistillCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(DistillCommand.class);

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = "sid",
      description = "How to distil: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private DistillMethod method = DistillMethod.SID;

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

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "small",
      description =
          "Values of all hyper-parameters that are not given: small, or those of a published run."
              + " --dry-run shows them. Default: ${DEFAULT-VALUE}.")
  private String preset = "small";

  @Option(
      names = "--dry-run",
      description =
          "Check and load everything, print the options, estimate the memory, and stop."
              + " Default: distil.")
  private boolean dryRun;

  @Mixin private RunOptions run = new RunOptions();
  @Mixin private MeasureOptions measure = new MeasureOptions();
  @Mixin private DistillOptions options = new DistillOptions();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Map<String, String> resolved = Presets.resolve(Objects.requireNonNull(spec), method, preset);
    run.showAll(method.allImages(options));
    run.weighsCalls(method.weighsCalls());
    run.check();
    measure.check();
    if (options.data != null && !method.learnsFromData()) {
      throw new IllegalArgumentException(
          "--data is given but --method " + method + " learns without images; leave it out");
    }
    if (options.data == null && method.learnsFromData()) {
      throw new IllegalArgumentException(
          "--method "
              + method
              + " learns from real images too; pass those the teacher learnt with --data PATH");
    }
    if (options.decay && method == DistillMethod.PROGRESSIVE) {
      throw new IllegalArgumentException(
          "--decay is given but the rate of --method progressive falls in each round already; leave"
              + " it out");
    }
    DenoiserModel teacher = teacher();
    requireTrained(teacher);
    DenoiserModel start =
        init == null
            ? teacher
            : teacher.withoutLogvar().withWeightsOf(DenoiserModel.read(init).withoutLogvar(), init);
    String digest = FileDigest.of(teacherFile);
    Map<String, String> own = own(teacher, digest, resolved);
    if (dryRun) {
      run.all(own).forEach((name, value) -> System.out.println(name + " = " + value));
      System.out.println("images = " + run.images());
    }
    try (Torch torch = run.open()) {
      // Before the folder: what is refused here leaves none behind.
      DistillSetting setting = new DistillSetting(teacherFile, torch, teacher, start, options, run);
      Distillation training = method.start(setting);
      if (dryRun) {
        run.estimate(torch);
        return 0;
      }
      return train(setting, training, digest, own);
    }
  }

  private int train(
      DistillSetting setting, Distillation training, String digest, Map<String, String> own) {
    DenoiserModel teacher = setting.teacher();
    ImageSource samples =
        new ImageSource(
            teacher.imageShape(),
            (noise, labels, seeds) -> training.images(noise, labels, new SeededNoise(seeds)));
    try (RunFolder folder = run.folder(own)) {
      AtomicLong shown = new AtomicLong();
      Reporting.Subject subject =
          new Reporting.Subject(
              "generator",
              samples,
              teacher.labels(),
              images -> {
                shown.set(images);
                return generator(training, samples, images, digest);
              },
              setting::teacherSamples);
      Torch torch = setting.torch();
      Reporting reporting = Reporting.start(torch, measure, folder, subject);
      int code = run.train(torch, training, folder, reporting);
      if (code == 0) {
        training.unfinished(shown.get()).ifPresent(LOG::warn);
      }
      return code;
    }
  }

  /** A generator runs at one level, which the teacher has to know. */
  private void requireTrained(DenoiserModel teacher) {
    SigmaRange levels = teacher.sigmaRange();
    if (options.sigmaInit > 0 && levels.nearest(options.sigmaInit) != options.sigmaInit) {
      throw new IllegalArgumentException(
          "--sigma-init is "
              + options.sigmaInit
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
              + ": is a generator, which knows the levels of its steps alone; pass the teacher it was distilled"
              + " from, and this file with --init to go on from it");
    }
    return teacher;
  }

  private DenoiserModel generator(
      Distillation training, ImageSource samples, long images, String digest) {
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
    properties.put(MetadataKeys.METHOD, method.toString());
    properties.put(MetadataKeys.TEACHER_DIGEST, digest);
    properties.put(MetadataKeys.IMAGES_SEEN, Long.toString(images));
    properties.put(MetadataKeys.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
    properties.put(MetadataKeys.REFERENCE_SAMPLES, reference.encode());
    return model.withProperties(properties);
  }

  private Map<String, String> own(
      DenoiserModel teacher, String digest, Map<String, String> resolved) {
    Map<String, String> own = new LinkedHashMap<>();
    own.put("command", "distill");
    own.put("method", method.toString());
    own.put("teacher", digest);
    own.put("init", init == null ? "teacher" : FileDigest.of(init));
    if (options.data != null) {
      own.put("data", options.data.toString());
    }
    own.putAll(resolved);
    // Files are known by what is in them; the flags may be names too.
    for (String flag : List.of("pairs", "distance")) {
      own.computeIfPresent(
          flag,
          (name, value) ->
              Files.isRegularFile(Path.of(value)) ? FileDigest.of(Path.of(value)) : value);
    }
    own.computeIfPresent(
        "augment", (name, value) -> Double.toString(options.augmentation(teacher).probability()));
    own.remove("images");
    own.put("decay", options.decay ? Long.toString(run.images()) : "none");
    return own;
  }
}

package retort.trainer;

import com.google.gson.GsonBuilder;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.command.Commands;
import retort.file.FileDigest;
import retort.statistics.NpyException;
import retort.trainer.distill.RunException;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.DatasetImages;
import retort.trainer.evaluate.Evaluation;
import retort.trainer.evaluate.FeatureNetwork;
import retort.trainer.evaluate.ImageSet;
import retort.trainer.evaluate.Judge;
import retort.trainer.evaluate.Measurement;
import retort.trainer.evaluate.Metric;
import retort.trainer.evaluate.ReferenceStatistics;
import retort.trainer.evaluate.SampledSet;
import retort.trainer.progress.Interruption;

/** {@code evaluate}: measures how close images come to real ones. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures how close images come to real ones, under a feature network: Frechet distance,"
            + " kernel distance, inception score, precision and recall, and the share that the"
            + " network labels as asked. Writes JSON to standard output. Stopped by Ctrl-C, it keeps"
            + " the features computed so far, and the same command goes on.",
    footer = {
      "",
      "A feature network is ONNX, image float32 [N, C, H, W] in [-1, 1] -> features [N, F] and perhaps"
          + " logits [N, K], or TorchScript (.pt): forward(uint8 [N, 3, H, W], return_features,"
          + " no_output_bias) as the published Inception network has it, or forward(x) -> features, or"
          + " (features, logits). docs/evaluating.md says more.",
      "",
      "Examples: statistics of the training images, real test images, a teacher, the Inception file:",
      "  retort evaluate --features cls.onnx --data mnist --write-reference train.npz",
      "  retort evaluate --features cls.onnx --reference train.npz \\",
      "    --data mnist/t10k-images-idx3-ubyte.gz",
      "  retort evaluate --features cls.onnx --reference train.npz --model teacher.onnx",
      "  retort evaluate --features inception-2015-12-05.pt \\",
      "    --reference cifar10-32x32.npz --model generator.onnx --images 50000",
      "An exported generator, and one that is served:",
      "  retort evaluate --features cls.onnx --reference train.npz --model digits.onnx",
      "  retort evaluate --features cls.onnx --reference train.npz \\",
      "    --server 127.0.0.1:8001"
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(EvaluateCommand.class);
  private static final int INTERRUPTED = 130;
  private static final int USUAL_COUNT = 10_000;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Images in files: as for 'teach', or an .npz that 'sample' wrote. Default: those of"
              + " --model or --server.")
  private @Nullable Path data;

  @ArgGroup(exclusive = false)
  private @Nullable ModelOptions model;

  @ArgGroup(exclusive = false)
  private @Nullable ServedOptions served;

  @Option(
      names = "--features",
      required = true,
      paramLabel = "FILE",
      description = "Feature network, ONNX or TorchScript: see below.")
  private Path features = Path.of(".");

  @Mixin private FeatureOptions input = new FeatureOptions();

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description =
          "Statistics of real images under that network: an .npz with mu and sigma, as EDM's are;"
              + " kernel distance, precision and recall need features too, as --write-reference"
              + " writes them. Default: nothing is compared.")
  private @Nullable Path reference;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "Images of --model or --server. Default: 10000.")
  private @Nullable Integer count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the first of them; image k has this seed + k. Default: 0.")
  private @Nullable Long seed;

  @Option(
      names = "--metrics",
      split = ",",
      paramLabel = "NAME",
      description =
          "Figures to compute, to leave out some that take time: ${COMPLETION-CANDIDATES}."
              + " Default: all that can be had.")
  private @Nullable Set<Metric> metrics;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where the features of an unfinished evaluation are kept. Default: retort in"
              + " XDG_CACHE_HOME or ~/.cache.")
  private @Nullable Path cache;

  @Mixin private EvaluateOutputs outputs = new EvaluateOutputs();
  @Mixin private EngineOptions engine = new EngineOptions();
  @Spec private @Nullable CommandSpec spec;

  private static Path userCache() {
    String set = System.getenv("XDG_CACHE_HOME");
    return set == null || set.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "retort")
        : Path.of(set, "retort");
  }

  @Override
  public Integer call() {
    check();
    long started = System.nanoTime();
    Set<Metric> wanted = metrics == null ? EnumSet.allOf(Metric.class) : metrics;
    Optional<ReferenceStatistics> expected =
        Optional.ofNullable(reference).map(ReferenceStatistics::read);
    // To the end: who stops it while the figures are computed gets them nevertheless. After the
    // engine's: its libraries must not be unloaded under a call.
    try (Interruption interruption = new Interruption();
        Torch torch = engine.open()) {
      ImageSet images = images(torch);
      FeatureNetwork network =
          input.read(torch, features, images.shape(), wanted.contains(Metric.INCEPTION_SCORE));
      expected.ifPresent(found -> network.require(found, Objects.requireNonNull(reference)));
      Judge judge = new Judge(network, expected, wanted, images.count());
      judge.require(metrics == null ? Set.of() : metrics);
      boolean allRows = judge.needsRows() || outputs.needRows();
      Measurement measurement =
          allRows
              ? judge.measurement(IntStream.range(0, images.count()).toArray())
              : judge.measurement(outputs.referenceRows(images.count()));
      Evaluation evaluation =
          new Evaluation(network, images, cache == null ? userCache() : cache, identity());
      torch.stopWhen(interruption::requested);
      if (!evaluation.run(measurement, interruption::requested)) {
        return INTERRUPTED;
      }
      String results = json(network, images, measurement, judge.figures(measurement));
      // First, so that a disk that is full does not take them.
      Objects.requireNonNull(spec).commandLine().getOut().println(results);
      try {
        outputs.write(network, images, measurement, allRows, results);
      } catch (UncheckedIOException | NpyException e) {
        throw unwritten(evaluation, e);
      }
      evaluation.complete();
      double seconds = (System.nanoTime() - started) * 1e-9;
      LOG.info(
          "networks {} % of {} s",
          Math.round(100 * torch.networkSeconds() / seconds), Math.round(10 * seconds) / 10.0);
      return 0;
    }
  }

  private static RunException unwritten(Evaluation evaluation, RuntimeException e) {
    String kept =
        evaluation
            .kept()
            .map(folder -> ": the features are kept in " + folder + ", so it takes little time")
            .orElse("");
    return new RunException(
        e.getMessage()
            + "; make room or pass another file, and start the same command again"
            + kept,
        e);
  }

  /** Where the images come from. */
  private ImageSet images(Torch torch) {
    if (data != null) {
      return data.toString().endsWith(".npz") ? SampledSet.read(data) : DatasetImages.open(data);
    }
    long first = seed == null ? 0 : seed;
    int images = count == null ? USUAL_COUNT : count;
    return served == null
        ? Objects.requireNonNull(model).images(torch, first, images)
        : served.images(first, images);
  }

  private void check() {
    if (Stream.of(data, model, served).filter(Objects::nonNull).count() != 1) {
      throw new IllegalArgumentException(
          "--data, --model and --server say where the images come from; pass one of them");
    }
    if (count != null && count < 2) {
      throw new IllegalArgumentException("--images is " + count + " but should be at least 2");
    }
    if (data != null && (count != null || seed != null)) {
      throw new IllegalArgumentException(
          (count != null ? "--images" : "--seed")
              + " is given but --data has its own images, of which all are judged; leave it out");
    }
    Map<String, Path> inputs = new LinkedHashMap<>();
    inputs.put("--features", features);
    Optional.ofNullable(reference).ifPresent(file -> inputs.put("--reference", file));
    Optional.ofNullable(data).ifPresent(file -> inputs.put("--data", file));
    Optional.ofNullable(model).ifPresent(made -> inputs.put("--model", made.file()));
    outputs.check(inputs);
    requireCache();
  }

  /** One that was named should serve; without the usual one an evaluation goes on too. */
  private void requireCache() {
    Path there = cache == null ? null : cache.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there != null && !(Files.isDirectory(there) && Files.isWritable(there))) {
      throw new IllegalArgumentException(
          "--cache is "
              + cache
              + " but "
              + there
              + " is no folder that you may write; pass another folder");
    }
  }

  /** What decides the bits of features, beside images and network. */
  private Map<String, String> identity() {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("input", input + " " + Commands.version());
    engine.describe(identity);
    return identity;
  }

  private String json(
      FeatureNetwork network,
      ImageSet images,
      Measurement measurement,
      Map<String, Number> figures) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("images", measurement.count());
    results.put("origin", images.origin());
    results.put("features", Map.of("sha256", network.digest()));
    if (reference != null) {
      results.put("reference", Map.of("sha256", FileDigest.of(reference)));
    }
    results.putAll(figures);
    return new GsonBuilder().setPrettyPrinting().create().toJson(results);
  }
}

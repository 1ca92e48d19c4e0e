package retort.trainer;

import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.denoiser.ImageShape;
import retort.statistics.Moments;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.DatasetImages;
import retort.trainer.evaluate.FeatureNetwork;
import retort.trainer.evaluate.ImageSet;
import retort.trainer.evaluate.ReferenceStatistics;
import retort.trainer.evaluate.SampledSet;

/** {@code evaluate}: measures how close images come to real ones. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures how close images come to real ones: the Frechet distance under a feature network,"
            + " and the share that the network labels as asked. Writes JSON to standard output.",
    footer = {
      "",
      "Examples: statistics of the training images, real test images, a teacher:",
      "  retort evaluate --features cls.onnx --data mnist --write-reference train.npz",
      "  retort evaluate --features cls.onnx --reference train.npz \\",
      "    --data mnist/t10k-images-idx3-ubyte.gz",
      "  retort evaluate --features cls.onnx --reference train.npz --model teacher.onnx",
      "An exported generator, and one that is served:",
      "  retort evaluate --features cls.onnx --reference train.npz --model digits.onnx",
      "  retort evaluate --features cls.onnx --reference train.npz \\",
      "    --server 127.0.0.1:8001"
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

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
      description = "Feature network, ONNX: image -> features, and perhaps logits.")
  private Path features = Path.of(".");

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description =
          "Statistics of real images under that network (.npz). Default: no distance is measured.")
  private @Nullable Path reference;

  @Option(
      names = "--write-reference",
      paramLabel = "FILE",
      description = "Write the statistics of these images here, to be a reference. Default: not.")
  private @Nullable Path written;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "Images to generate. Default: ${DEFAULT-VALUE}.")
  private int count = 10_000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the first image; image k has this seed + k. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private EngineOptions engine = new EngineOptions();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (Stream.of(data, model, served).filter(Objects::nonNull).count() != 1) {
      throw new IllegalArgumentException(
          "--data, --model and --server say where the images come from; pass one of them");
    }
    if (count < 2) {
      throw new IllegalArgumentException("--images is " + count + " but should be at least 2");
    }
    try (Torch torch = engine.open()) {
      FeatureNetwork network = FeatureNetwork.read(torch, features);
      Optional<Moments> expected = Optional.ofNullable(reference).map(ReferenceStatistics::read);
      expected.ifPresent(moments -> network.require(moments, Objects.requireNonNull(reference)));
      FeatureNetwork.Measurement measurement = network.measurement();
      ImageSet images = images(torch);
      requireShape(network, images.shape());
      images.read(
          0,
          (part, labels) -> {
            measurement.add(part, labels);
            return true;
          });
      if (measurement.moments().count() < images.count()) {
        return INTERRUPTED;
      }
      Map<String, Number> results = new LinkedHashMap<>();
      results.put("images", measurement.moments().count());
      measurement.labelAccuracy().ifPresent(value -> results.put("label_accuracy", value));
      expected.ifPresent(
          moments -> results.put("frechet_distance", measurement.frechetDistance(moments)));
      if (written != null) {
        ReferenceStatistics.write(written, measurement.moments());
      }
      Objects.requireNonNull(spec)
          .commandLine()
          .getOut()
          .println(new GsonBuilder().setPrettyPrinting().create().toJson(results));
      return 0;
    }
  }

  private ImageSet images(Torch torch) {
    if (data != null) {
      return data.toString().endsWith(".npz") ? SampledSet.read(data) : DatasetImages.open(data);
    }
    return served == null
        ? Objects.requireNonNull(model).images(torch, seed, count)
        : served.images(seed, count);
  }

  private void requireShape(FeatureNetwork network, ImageShape shape) {
    if (!network.imageShape().equals(shape)) {
      throw new IllegalArgumentException(
          features
              + ": takes images "
              + network.imageShape()
              + " but these are "
              + shape
              + "; pass a feature network for these images");
    }
  }
}

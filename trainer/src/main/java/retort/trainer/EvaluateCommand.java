package retort.trainer;

import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.statistics.Moments;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.FeatureNetwork;
import retort.trainer.evaluate.ImageSource;
import retort.trainer.evaluate.ReferenceStatistics;

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
      "  retort evaluate --features cls.onnx --reference train.npz --model teacher.onnx"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Real images, as for 'teach'. Default: those of --model.")
  private @Nullable Path data;

  @ArgGroup(exclusive = false)
  private @Nullable ModelOptions model;

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
    if ((data == null) == (model == null)) {
      throw new IllegalArgumentException(
          "--data and --model say where the images come from; pass one of them");
    }
    if (count < 2) {
      throw new IllegalArgumentException("--images is " + count + " but should be at least 2");
    }
    try (Torch torch = engine.open()) {
      FeatureNetwork network = FeatureNetwork.read(torch, features);
      Optional<Moments> expected = Optional.ofNullable(reference).map(ReferenceStatistics::read);
      expected.ifPresent(moments -> network.require(moments, Objects.requireNonNull(reference)));
      FeatureNetwork.Measurement measurement = network.measurement();
      if (data != null) {
        measureReal(network, measurement, data);
      }
      if (model != null) {
        measureGenerated(torch, network, measurement, model);
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

  private void measureReal(
      FeatureNetwork network, FeatureNetwork.Measurement measurement, Path source) {
    ImageDataset images = ImageDataset.open(source);
    requireShape(network, images.shape(), source.toString());
    boolean labelled = !images.labelNames().isEmpty();
    for (int first = 0; first < images.size(); first += 1000) {
      int n = Math.min(1000, images.size() - first);
      int[] indices = new int[n];
      int[] labels = new int[labelled ? n : 0];
      for (int i = 0; i < n; i++) {
        indices[i] = first + i;
        if (labelled) {
          labels[i] = images.label(first + i);
        }
      }
      measurement.add(images.images(indices), labels);
    }
  }

  private void measureGenerated(
      Torch torch,
      FeatureNetwork network,
      FeatureNetwork.Measurement measurement,
      ModelOptions options) {
    DenoiserModel denoiser = options.read();
    requireShape(network, denoiser.imageShape(), "the model");
    ImageSource images = options.source(torch, denoiser);
    images.generate(seed, count, denoiser.labels(), measurement::add);
  }

  private void requireShape(FeatureNetwork network, ImageShape shape, String what) {
    if (!network.imageShape().equals(shape)) {
      throw new IllegalArgumentException(
          features
              + ": takes images "
              + network.imageShape()
              + " but those of "
              + what
              + " are "
              + shape
              + "; pass a feature network for these images");
    }
  }
}

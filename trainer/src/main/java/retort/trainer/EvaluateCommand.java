package retort.trainer;

import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
    description = {
      "Measures how close images come to real ones: the Frechet distance under a feature network,",
      "and the share that the network labels as asked. Writes JSON to standard output."
    },
    footer = {
      "",
      "Examples: statistics of the training images; real test images; a teacher in 18 steps:",
      "  retort evaluate --features classifier.onnx --data mnist --write-reference train.npz",
      "  retort evaluate --features classifier.onnx --data mnist/t10k-images-idx3-ubyte.gz \\",
      "    --reference train.npz",
      "  retort evaluate --features classifier.onnx --model teacher.onnx --reference train.npz"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** Where the images come from. */
  static final class Source {
    @Option(names = "--data", paramLabel = "PATH", description = "Real images, as for 'teach'.")
    private @Nullable Path data;

    @ArgGroup(exclusive = false)
    private @Nullable ModelOptions model;
  }

  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  @Option(
      names = "--features",
      required = true,
      paramLabel = "FILE",
      description = "Feature network, ONNX: image -> features, and perhaps logits.")
  private Path features = Path.of(".");

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "Statistics of real images under that network (.npz).")
  private @Nullable Path reference;

  @Option(
      names = "--write-reference",
      paramLabel = "FILE",
      description = "Write the statistics of these images, to be a reference.")
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
    if (count < 2) {
      throw new IllegalArgumentException("--images is " + count + " but should be at least 2");
    }
    try (Torch torch = engine.open()) {
      FeatureNetwork network = FeatureNetwork.read(torch, features);
      FeatureNetwork.Measurement measurement = network.measurement();
      if (source.data != null) {
        measureReal(network, measurement, source.data);
      } else {
        measureGenerated(torch, network, measurement);
      }
      Map<String, Number> results = new LinkedHashMap<>();
      results.put("images", measurement.moments().count());
      measurement.labelAccuracy().ifPresent(value -> results.put("label_accuracy", value));
      if (reference != null) {
        results.put(
            "frechet_distance", measurement.frechetDistance(ReferenceStatistics.read(reference)));
      }
      if (written != null) {
        ReferenceStatistics.write(written, measurement.moments());
      }
      java.util.Objects.requireNonNull(spec)
          .commandLine()
          .getOut()
          .println(new GsonBuilder().setPrettyPrinting().create().toJson(results));
      return 0;
    }
  }

  private void measureReal(
      FeatureNetwork network, FeatureNetwork.Measurement measurement, Path data) {
    ImageDataset images = ImageDataset.open(data);
    requireShape(network, images.shape(), data.toString());
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
      Torch torch, FeatureNetwork network, FeatureNetwork.Measurement measurement) {
    ModelOptions options = java.util.Objects.requireNonNull(source.model);
    DenoiserModel model = options.read();
    requireShape(network, model.imageShape(), "the model");
    ImageSource images = options.source(torch, model);
    images.generate(seed, count, model.labels(), measurement::add);
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

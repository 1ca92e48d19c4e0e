package retort.trainer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.graph.Graph;
import retort.network.ConvClassifier;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.ClassifierTraining;
import retort.trainer.distill.LearningRate;
import retort.trainer.distill.RunFolder;
import retort.trainer.engine.Torch;

/** {@code classify}: trains a small classifier whose features {@code evaluate} compares by. */
@Command(
    name = "classify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Trains a small classifier on labelled images, to be the feature network of 'evaluate'"
            + " where no published one fits.",
    footer = {
      "",
      "Example:",
      "  retort classify --data mnist --out runs/classifier --images 600000",
      "",
      "The result is FOLDER/classifier.onnx."
    })
final class ClassifyCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "Labelled images, as for 'teach'.")
  private Path data = Path.of(".");

  @Mixin private RunOptions run = new RunOptions();
  @Mixin private LoaderOptions loader = new LoaderOptions();

  @Option(
      names = "--widths",
      split = ",",
      paramLabel = "N",
      defaultValue = "16,32,48",
      description = "Channels of each convolution. Default: ${DEFAULT-VALUE}.")
  private List<Integer> widths = List.of();

  @Option(
      names = "--feature-width",
      paramLabel = "N",
      description = "Features of an image. Default: ${DEFAULT-VALUE}.")
  private int features = 64;

  @Option(
      names = "--lr",
      paramLabel = "R",
      description = "Peak learning rate; it falls to 0 at --images. Default: ${DEFAULT-VALUE}.")
  private double rate = 2e-3;

  @Override
  public Integer call() {
    run.check();
    loader.check();
    ImageDataset images = ImageDataset.open(data);
    if (images.labelNames().isEmpty()) {
      throw new IllegalArgumentException(
          data + ": the images have no labels; a classifier needs them");
    }
    Map<String, String> options = new LinkedHashMap<>();
    options.put("command", "classify");
    options.put("data", data.toString());
    options.put("widths", widths.toString());
    options.put("feature-width", Integer.toString(features));
    options.put("lr", Double.toString(rate));
    options.put("images", Long.toString(run.images()));
    ImageShape shape = images.shape();
    if (shape.height() != shape.width()) {
      throw new IllegalArgumentException(
          data + ": images are " + shape + " but classifiers are square; crop or pad the images");
    }
    Graph network =
        new ConvClassifier(
                shape.height(), shape.channels(), images.labelNames().size(), widths, features)
            .build(run.seed());
    LearningRate schedule = new LearningRate(rate, 10_000, run.images());
    try (RunFolder folder = run.folder(options);
        Torch torch = run.open();
        ClassifierTraining training =
            new ClassifierTraining(
                torch,
                network,
                images,
                schedule,
                run.batch(),
                run.microBatch(),
                run.seed(),
                loader.threads())) {
      return run.train(
          torch,
          training,
          folder,
          position ->
              OnnxWriter.write(
                  OnnxModel.of(training.result(), Map.of(MetadataKeys.KIND, MetadataKeys.FEATURES)),
                  folder.resolve("classifier.onnx")));
    }
  }
}

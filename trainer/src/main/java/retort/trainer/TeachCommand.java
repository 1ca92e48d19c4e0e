package retort.trainer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.file.FileDigest;
import retort.network.SongUNet;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.LearningRate;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.TeacherTraining;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;

/** {@code teach}: trains a teacher on images. */
@Command(
    name = "teach",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Trains a teacher on a folder or zip of images, IDX or CIFAR files (EDM recipe).",
    footer = {
      "",
      "Example, a class-conditional teacher of handwritten digits:",
      "  retort teach --data mnist --out runs/teacher --channels 32 \\",
      "    --channel-mult 1,2,2 --blocks 1 --attention 7 --images 500000",
      "",
      "The result is FOLDER/teacher.onnx, and FOLDER/teacher-best.onnx where --features lets the run",
      "measure itself. The same command resumes an interrupted run; docs/runs.md explains the folder."
    })
final class TeachCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description =
          "Images: a folder of IDX files or of CIFAR's .bin files, one such file, a folder or a zip"
              + " of pictures.")
  private Path data = Path.of(".");

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Start from this teacher, of the architecture that the flags below describe. Default: from"
              + " nothing.")
  private @Nullable Path init;

  @Mixin private RunOptions run = new RunOptions();
  @Mixin private LoaderOptions loader = new LoaderOptions();
  @Mixin private MeasureOptions measure = new MeasureOptions();

  @Option(
      names = "--channels",
      paramLabel = "N",
      description = "Width of the network's first level. Default: ${DEFAULT-VALUE}.")
  private int channels = 32;

  @Option(
      names = "--channel-mult",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2,2",
      description = "Width of each level, times --channels. Default: ${DEFAULT-VALUE}.")
  private List<Integer> channelMult = List.of();

  @Option(
      names = "--embedding-mult",
      paramLabel = "N",
      description = "Width of the embedding, times --channels. Default: ${DEFAULT-VALUE}.")
  private int embeddingMult = 4;

  @Option(
      names = "--blocks",
      paramLabel = "N",
      description = "Residual blocks a level. Default: ${DEFAULT-VALUE}.")
  private int blocks = 1;

  @Option(
      names = "--attention",
      split = ",",
      paramLabel = "N",
      description = "Resolutions with attention in every block. Default: none.")
  private Set<Integer> attention = Set.of();

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Share of values zeroed while training. Default: ${DEFAULT-VALUE}.")
  private double dropout;

  @Option(
      names = "--augment",
      paramLabel = "P",
      description =
          "Probability of each augmentation, of which the network is told. Default:"
              + " ${DEFAULT-VALUE}.")
  private double augment;

  @Option(
      names = "--sigma-data",
      paramLabel = "S",
      description = "Standard deviation of the images. Default: ${DEFAULT-VALUE}.")
  private double sigmaData = 0.5;

  @Option(
      names = "--lr",
      paramLabel = "R",
      description = "Peak learning rate. Default: ${DEFAULT-VALUE}.")
  private double rate = 1e-3;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Images over which the rate rises. Default: ${DEFAULT-VALUE}.")
  private long warmup = 10_000;

  @Option(
      names = "--decay",
      description =
          "Let the rate fall to 0 along a half cosine until --images are shown. Default: it stays.")
  private boolean decay;

  @Option(
      names = "--beta2",
      paramLabel = "B",
      description = "Adam's second decay. Default: ${DEFAULT-VALUE}.")
  private double beta2 = 0.999;

  @Option(
      names = "--loss",
      paramLabel = "NAME",
      description =
          "Noise levels and their weights in the loss: edm, or those of the variance-preserving (vp)"
              + " or variance-exploding (ve) diffusion. Default: ${DEFAULT-VALUE}.")
  private TeacherLoss loss = TeacherLoss.EDM;

  @Option(
      names = "--p-mean",
      paramLabel = "M",
      description = "Mean of ln sigma in training, for --loss edm. Default: ${DEFAULT-VALUE}.")
  private double sigmaMean = -1.2;

  @Option(
      names = "--p-std",
      paramLabel = "S",
      description =
          "Standard deviation of ln sigma in training, for --loss edm. Default: ${DEFAULT-VALUE}.")
  private double sigmaStd = 1.2;

  @Mixin private AverageOptions average = new AverageOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    run.check();
    measure.check();
    loader.check();
    requireLevels();
    ImageDataset images = ImageDataset.open(data);
    DenoiserModel built = model(images);
    DenoiserModel model =
        init == null ? built : built.withWeightsOf(DenoiserModel.read(init), init);
    TeacherTraining.Recipe recipe =
        new TeacherTraining.Recipe(
            run.batch(),
            run.microBatch(),
            new LearningRate(rate, warmup, decay ? run.images() : 0),
            AdamConfig.of(0.9, beta2),
            loss.levels(sigmaMean, sigmaStd),
            loss.weight(),
            new Augmentation(augment),
            average.config(),
            run.seed());
    try (RunFolder folder = run.folder(options());
        Torch torch = run.open();
        TeacherTraining training =
            new TeacherTraining(torch, model, images, recipe, loader.threads())) {
      ImageSource samples =
          new ImageSource(
              model.imageShape(), (noise, labels, seeds) -> training.images(noise, labels));
      Reporting.Subject subject =
          new Reporting.Subject(
              "teacher",
              samples,
              model.labels(),
              shown ->
                  training
                      .result()
                      .withProperties(Map.of(MetadataKeys.IMAGES_SEEN, Long.toString(shown))),
              grid -> grid.real(images));
      return run.train(torch, training, folder, Reporting.start(torch, measure, folder, subject));
    }
  }

  /** The other losses have noise levels of their own. */
  private void requireLevels() {
    ParseResult given = Objects.requireNonNull(spec).commandLine().getParseResult();
    for (String flag : List.of("--p-mean", "--p-std")) {
      if (loss != TeacherLoss.EDM && given.hasMatchedOption(flag)) {
        throw new IllegalArgumentException(
            flag + " is given but --loss " + loss + " has noise levels of its own; leave it out");
      }
    }
  }

  private DenoiserModel model(ImageDataset images) {
    ImageShape shape = images.shape();
    if (shape.height() != shape.width()) {
      throw new IllegalArgumentException(
          data + ": images are " + shape + " but teachers are square; crop or pad the images");
    }
    requireResolutions(shape.height());
    SongUNet network =
        SongUNet.ddpmpp(
            shape.height(),
            shape.channels(),
            images.labelNames().size(),
            augment > 0 ? Augmentation.LABELS : 0,
            channels,
            channelMult,
            embeddingMult,
            blocks,
            attention,
            dropout);
    return new DenoiserModel(
        new EdmPreconditioning(sigmaData).denoiser(network.build(run.seed())),
        sigmaData,
        List.copyOf(images.labelNames()),
        Map.of(
            MetadataKeys.METHOD,
            "edm",
            MetadataKeys.AUGMENT_PROBABILITY,
            Double.toString(augment)));
  }

  /** A resolution that no level has would leave attention out without a word. */
  private void requireResolutions(int height) {
    List<Integer> levels =
        IntStream.range(0, channelMult.size()).mapToObj(level -> height >> level).toList();
    if (!levels.containsAll(attention)) {
      throw new IllegalArgumentException(
          "--attention is "
              + attention
              + " but the levels have the resolutions "
              + levels
              + "; name some of these");
    }
  }

  private Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("command", "teach");
    options.put("data", data.toString());
    options.put("init", init == null ? "none" : FileDigest.of(init));
    options.put("channels", Integer.toString(channels));
    options.put("channel-mult", channelMult.toString());
    options.put("embedding-mult", Integer.toString(embeddingMult));
    options.put("blocks", Integer.toString(blocks));
    options.put("attention", new TreeSet<>(attention).toString());
    options.put("dropout", Double.toString(dropout));
    options.put("augment", Double.toString(augment));
    options.put("sigma-data", Double.toString(sigmaData));
    options.put("lr", Double.toString(rate));
    options.put("warmup", Long.toString(warmup));
    options.put("decay", decay ? Long.toString(run.images()) : "none");
    options.put("beta2", Double.toString(beta2));
    options.put("loss", loss.toString());
    options.put("p-mean", Double.toString(sigmaMean));
    options.put("p-std", Double.toString(sigmaStd));
    average.describe(options);
    return options;
  }
}

package retort.trainer;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.SigmaRange;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.noise.KarrasSchedule;
import retort.onnx.OnnxException;
import retort.sampling.Churn;
import retort.sampling.HeunSampler;
import retort.sampling.SeededNoise;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;
import retort.trainer.evaluate.ImageSource;

/**
 * Flags about which model makes images, and in how many steps. Defaults are written as texts, which
 * help shows for a group of flags too.
 */
final class ModelOptions {
  private static final Logger LOG = LoggerFactory.getLogger(ModelOptions.class);

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A teacher or a generator, ONNX.")
  private Path file = Path.of(".");

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "18",
      description = "Steps of the sampler, for a teacher. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--sigma-min",
      paramLabel = "S",
      description =
          "Last noise level. Default: 0.002, or the lowest that the teacher knows if that is more.")
  private @Nullable Double sigmaMin;

  @Option(
      names = "--sigma-max",
      paramLabel = "S",
      description =
          "First noise level. Default: 80, or the highest that the teacher knows if that is less.")
  private @Nullable Double sigmaMax;

  @Option(
      names = "--rho",
      paramLabel = "R",
      defaultValue = "7",
      description = "How the levels are spread. Default: ${DEFAULT-VALUE}.")
  private double rho;

  @Option(
      names = "--churn",
      paramLabel = "S",
      defaultValue = "0",
      description =
          "Noise added anew at each step (S_churn); 0 for none. Default: ${DEFAULT-VALUE}.")
  private double churn;

  @Option(
      names = "--churn-range",
      split = ",",
      paramLabel = "S",
      description = "Levels at which noise is added (S_min, S_max). Default: 0,Infinity.")
  private double @Nullable [] churnRange;

  @Option(
      names = "--churn-noise",
      paramLabel = "S",
      defaultValue = "1",
      description = "Its scale (S_noise). Default: ${DEFAULT-VALUE}.")
  private double churnNoise;

  DenoiserModel read() {
    if (steps < 1) {
      throw new IllegalArgumentException("--steps is " + steps + " but should be at least 1");
    }
    return DenoiserModel.read(file);
  }

  /** The number of a label that is given by name or number. */
  int label(DenoiserModel model, String label) {
    int named = model.labelNames().indexOf(label);
    if (named >= 0) {
      return named;
    }
    try {
      int number = Integer.parseInt(label);
      if (number >= 0 && number < model.labels()) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the sentence below, as an unknown number does.
    }
    throw new IllegalArgumentException(
        model.labels() == 0
            ? "--label is " + label + " but " + file + " takes no labels; leave the flag out"
            : "--label is "
                + label
                + " but "
                + file
                + " knows "
                + String.join(", ", model.labelNames())
                + "; pass one of them");
  }

  /** What makes the images: a sampler over a teacher, or a generator in one step. */
  ImageSource source(Torch torch, DenoiserModel model) {
    return new ImageSource(
        model.imageShape(),
        model.property(MetadataKeys.SIGMA_INIT).isPresent()
            ? oneStep(torch, model)
            : sampled(torch, model));
  }

  private static ImageSource.Maker oneStep(Torch torch, DenoiserModel model) {
    double sigmaInit = sigmaInit(model.property(MetadataKeys.SIGMA_INIT).orElseThrow());
    Graph graph = DropoutRemoval.remove(model.generator(sigmaInit));
    Program program = torch.compile(graph);
    NetworkWeights weights = torch.weights(graph);
    return (noise, labels, seeds) -> {
      Map<String, Tensor> arguments = new HashMap<>();
      for (Graph.Input input : graph.inputs()) {
        int[] shape = input.shape().at(seeds.length);
        boolean isNoise = input.name().equals("noise");
        arguments.put(input.name(), Tensor.floats(shape, isNoise ? noise : labels));
      }
      return Objects.requireNonNull(
              program.compute(arguments, weights.frozen()).get(DenoiserModel.IMAGE))
          .floats();
    };
  }

  private static double sigmaInit(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new OnnxException(
          "metadata " + MetadataKeys.SIGMA_INIT + " is '" + text + "', no number", e);
    }
  }

  /** The usual levels, less those on which the teacher was not trained. */
  private KarrasSchedule levels(SigmaRange trained) {
    double first = sigmaMax == null ? trained.nearest(KarrasSchedule.EDM.sigmaMax()) : sigmaMax;
    double last = sigmaMin == null ? trained.nearest(KarrasSchedule.EDM.sigmaMin()) : sigmaMin;
    if (first > trained.max()) {
      LOG.warn(
          "--sigma-max is {} but {} was trained on noise levels up to {}; above, what it answers is"
              + " undefined",
          first,
          file,
          trained.max());
    }
    return new KarrasSchedule(last, first, rho);
  }

  private ImageSource.Maker sampled(Torch torch, DenoiserModel model) {
    double[] churned = churnRange == null ? new double[] {0, Double.POSITIVE_INFINITY} : churnRange;
    if (churned.length != 2) {
      throw new IllegalArgumentException("--churn-range takes two numbers: S_min,S_max");
    }
    HeunSampler sampler =
        new HeunSampler(
            levels(model.sigmaRange()),
            steps,
            new Churn(churn, churned[0], churned[1], churnNoise));
    TorchDenoiser denoiser = new TorchDenoiser(torch, model, torch.weights(model.graph()).frozen());
    return (noise, labels, seeds) -> {
      Map<String, float[]> conditioning =
          labels.length == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, labels);
      double[] images = sampler.sample(denoiser, noise, conditioning, new SeededNoise(seeds));
      float[] rounded = new float[images.length];
      for (int i = 0; i < rounded.length; i++) {
        rounded[i] = (float) images[i];
      }
      return rounded;
    };
  }
}

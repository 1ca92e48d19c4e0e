package retort.trainer;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.SigmaRange;
import retort.file.FileDigest;
import retort.noise.GaussianNoise;
import retort.noise.KarrasSchedule;
import retort.sampling.Churn;
import retort.sampling.GeneratorSampler;
import retort.sampling.HeunSampler;
import retort.sampling.Sampler;
import retort.sampling.SeededNoise;
import retort.trainer.data.SampledImages;
import retort.trainer.distill.NoisePairs;
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

  /** How images come of a model, as a file of them says it. */
  Map<String, String> origin(DenoiserModel model) {
    boolean generator = model.property(MetadataKeys.SIGMA_INIT).isPresent();
    Map<String, String> origin = new HashMap<>();
    origin.put(SampledImages.MODEL_DIGEST, FileDigest.of(file));
    origin.put(SampledImages.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
    origin.put(SampledImages.SAMPLER, generator ? "generator" : NoisePairs.DETERMINISTIC);
    if (!generator) {
      KarrasSchedule levels = levels(model.sigmaRange());
      origin.put(SampledImages.STEPS, Integer.toString(steps));
      origin.put(SampledImages.SIGMA_MIN, Double.toString(levels.sigmaMin()));
      origin.put(SampledImages.SIGMA_MAX, Double.toString(levels.sigmaMax()));
      origin.put(SampledImages.RHO, Double.toString(levels.rho()));
      origin.put(SampledImages.CHURN, Double.toString(churn));
    }
    return origin;
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

  /** What makes the images: a sampler over a teacher, or a generator in its own steps. */
  ImageSource source(Torch torch, DenoiserModel model) {
    Sampler sampler =
        model.generatorSteps().<Sampler>map(GeneratorSampler::new).orElseGet(() -> sampler(model));
    TorchDenoiser denoiser = new TorchDenoiser(torch, model, torch.weights(model.graph()).frozen());
    return new ImageSource(
        model.imageShape(),
        (noise, labels, seeds) ->
            sampler.images(
                denoiser,
                noise,
                labels.length == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, labels),
                new SeededNoise(seeds)));
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

  private HeunSampler sampler(DenoiserModel model) {
    double[] churned = churnRange == null ? new double[] {0, Double.POSITIVE_INFINITY} : churnRange;
    if (churned.length != 2) {
      throw new IllegalArgumentException("--churn-range takes two numbers: S_min,S_max");
    }
    return new HeunSampler(
        levels(model.sigmaRange()), steps, new Churn(churn, churned[0], churned[1], churnNoise));
  }
}

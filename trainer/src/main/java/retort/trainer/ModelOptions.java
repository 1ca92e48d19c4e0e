package retort.trainer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
import retort.sampling.Sampler;
import retort.sampling.SeededNoise;
import retort.trainer.data.SampledImages;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;
import retort.trainer.evaluate.Deployable;
import retort.trainer.evaluate.GeneratedImages;
import retort.trainer.evaluate.ImageSet;
import retort.trainer.evaluate.ImageSource;

/**
 * Flags about which model makes images, and in how many steps. What is not given is null, so that
 * flags which would do nothing can be refused.
 */
final class ModelOptions {
  private static final Logger LOG = LoggerFactory.getLogger(ModelOptions.class);

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A teacher or a generator, ONNX; 'evaluate' also takes an exported one.")
  private Path file = Path.of(".");

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Steps of the sampler, for a teacher; of dpm++, euler and ddim each calls the network"
              + " once, of heun each but the last twice. Default: 18.")
  private @Nullable Integer steps;

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      converter = SamplerChoice.Converter.class,
      description =
          "heun; euler, which deterministic ddim is another name of; or dpm++, DPM-Solver++(2M),"
              + " for the best images of few calls. For a teacher. Default: heun.")
  private @Nullable SamplerChoice sampler;

  @Option(
      names = "--levels",
      paramLabel = "NAME",
      description =
          "How noise levels are spread: karras, evenly in sigma^(1/rho), or lambda, evenly in"
              + " -ln sigma. Default: karras.")
  private @Nullable LevelChoice levels;

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
      description = "How strongly karras favours low levels. Default: 7.")
  private @Nullable Double rho;

  @Option(
      names = "--churn",
      paramLabel = "S",
      description = "Noise added anew at each step of heun (S_churn); 0 for none. Default: 0.")
  private @Nullable Double churn;

  @Option(
      names = "--churn-range",
      split = ",",
      paramLabel = "S",
      description = "Levels at which noise is added (S_min, S_max). Default: 0,Infinity.")
  private double @Nullable [] churnRange;

  @Option(
      names = "--churn-noise",
      paramLabel = "S",
      description = "Its scale (S_noise). Default: 1.")
  private @Nullable Double churnNoise;

  DenoiserModel read() {
    if (steps() < 1) {
      throw new IllegalArgumentException("--steps is " + steps + " but should be at least 1");
    }
    if (churnAmount() != 0 && sampler() != SamplerChoice.HEUN) {
      throw new IllegalArgumentException(
          "--churn is "
              + churn
              + " but --sampler "
              + sampler
              + " adds no noise; leave it out, or pass --sampler heun");
    }
    if (rho != null && levels() != LevelChoice.KARRAS) {
      throw new IllegalArgumentException(
          "--rho is "
              + rho
              + " but --levels "
              + levels
              + " has none; leave it out, or pass --levels karras");
    }
    DenoiserModel model = DenoiserModel.read(file);
    if (isGenerator(model)) {
      requireNoSampler("a generator");
    }
    return model;
  }

  /** Images to be judged: of a deployable, or of a denoiser as these flags say. */
  ImageSet images(Torch torch, long seed, int count) {
    if (Deployable.is(file)) {
      requireNoSampler("an exported generator");
      Deployable exported = Deployable.read(file);
      Map<String, String> origin = new LinkedHashMap<>();
      origin.put(SampledImages.MODEL_DIGEST, FileDigest.of(file));
      origin.put(SampledImages.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
      origin.put(SampledImages.SAMPLER, "deployable");
      return new GeneratedImages(exported.source(torch), exported.labels(), origin, seed, count);
    }
    DenoiserModel model = read();
    return new GeneratedImages(source(torch, model), model.labels(), origin(model), seed, count);
  }

  /** Refuses flags that change nothing. */
  private void requireNoSampler(String what) {
    Map<String, Optional<?>> flags = new LinkedHashMap<>();
    flags.put("--sampler", Optional.ofNullable(sampler));
    flags.put("--steps", Optional.ofNullable(steps));
    flags.put("--levels", Optional.ofNullable(levels));
    flags.put("--sigma-min", Optional.ofNullable(sigmaMin));
    flags.put("--sigma-max", Optional.ofNullable(sigmaMax));
    flags.put("--rho", Optional.ofNullable(rho));
    flags.put("--churn", Optional.ofNullable(churn));
    flags.put("--churn-range", Optional.ofNullable(churnRange));
    flags.put("--churn-noise", Optional.ofNullable(churnNoise));
    flags.forEach(
        (flag, value) -> {
          if (value.isPresent()) {
            throw new IllegalArgumentException(
                "%s is given but %s is %s, which has steps of its own; leave the flag out"
                    .formatted(flag, file, what));
          }
        });
  }

  private static boolean isGenerator(DenoiserModel model) {
    return model.property(MetadataKeys.SIGMA_INIT).isPresent();
  }

  /** How images come of a model, as a file of them says it: all that decides them but seeds. */
  Map<String, String> origin(DenoiserModel model) {
    boolean generator = isGenerator(model);
    Map<String, String> origin = new LinkedHashMap<>();
    origin.put(SampledImages.MODEL_DIGEST, FileDigest.of(file));
    origin.put(SampledImages.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
    origin.put(SampledImages.SAMPLER, generator ? "generator" : sampler().origin());
    if (!generator) {
      SigmaRange trained = model.sigmaRange();
      origin.put(SampledImages.STEPS, Integer.toString(steps()));
      origin.put(SampledImages.LEVELS, levels().toString());
      origin.put(SampledImages.SIGMA_MIN, Double.toString(last(trained)));
      origin.put(SampledImages.SIGMA_MAX, Double.toString(first(trained)));
      if (levels() == LevelChoice.KARRAS) {
        origin.put(SampledImages.RHO, Double.toString(rho()));
      }
      origin.put(SampledImages.CHURN, Double.toString(churnAmount()));
      if (churnAmount() != 0) {
        Churn added = churn();
        origin.put(SampledImages.CHURN_RANGE, added.sMin() + "," + added.sMax());
        origin.put(SampledImages.CHURN_NOISE, Double.toString(added.sNoise()));
      }
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

  /** The usual last level, unless the teacher was not trained on it. */
  private double last(SigmaRange trained) {
    return sigmaMin == null ? trained.nearest(KarrasSchedule.EDM.sigmaMin()) : sigmaMin;
  }

  /** The usual first level, unless the teacher was not trained on it. */
  private double first(SigmaRange trained) {
    return sigmaMax == null ? trained.nearest(KarrasSchedule.EDM.sigmaMax()) : sigmaMax;
  }

  /** The file of the model. */
  Path file() {
    return file;
  }

  private int steps() {
    return steps == null ? 18 : steps;
  }

  private SamplerChoice sampler() {
    return sampler == null ? SamplerChoice.HEUN : sampler;
  }

  private LevelChoice levels() {
    return levels == null ? LevelChoice.KARRAS : levels;
  }

  private double churnAmount() {
    return churn == null ? 0 : churn;
  }

  private double rho() {
    return rho == null ? KarrasSchedule.EDM.rho() : rho;
  }

  private Churn churn() {
    double[] range = churnRange == null ? new double[] {0, Double.POSITIVE_INFINITY} : churnRange;
    if (range.length != 2) {
      throw new IllegalArgumentException("--churn-range takes two numbers: S_min,S_max");
    }
    return new Churn(churnAmount(), range[0], range[1], churnNoise == null ? 1 : churnNoise);
  }

  private Sampler sampler(DenoiserModel model) {
    SigmaRange trained = model.sigmaRange();
    double first = first(trained);
    if (first > trained.max()) {
      LOG.warn(
          "--sigma-max is {} but {} was trained on noise levels up to {}; above, what it answers is"
              + " undefined",
          first,
          file,
          trained.max());
    }
    return sampler().sampler(levels().levels(last(trained), first, rho()), steps(), churn());
  }
}

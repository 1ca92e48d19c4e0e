package retort.trainer;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.noise.KarrasSchedule;
import retort.noise.LogNormalSigma;
import retort.noise.SigmaLaw;
import retort.noise.UniformTimeSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.distill.AverageConfig;

/**
 * The hyper-parameters of all methods. Those that are not typed have the values of the preset; see
 * {@link PresetTable} for which method has which.
 */
final class DistillOptions {
  /** No file. */
  static final String NONE = "none";

  /** The augmentation that the teacher was trained with. */
  static final String TEACHER = "teacher";

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Real images, for the methods that learn from them, best those the teacher learnt: a"
              + " folder or zip of PNG or JPEG files, or IDX files. Default: none.")
  @Nullable Path data;

  @Option(
      names = "--sigma-init",
      paramLabel = "S",
      description = "Noise level at which the generator runs. Default: the preset's.")
  double sigmaInit;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description = "Weight of the score identity loss's two terms. Default: the preset's.")
  double alpha;

  @Option(
      names = "--t-max",
      paramLabel = "T",
      description =
          "End of EDM's time, in (0, 1], from whose noise levels the generator is judged: 0.8 is sigma"
              + " 24.4, 0.6 is 5.8. Less for a teacher that knows little of high noise. Default: the preset's.")
  double tMax;

  @Option(
      names = "--loss-scale",
      paramLabel = "S",
      description =
          "Factor on the generator's loss, which Adam hardly notices. Default: the preset's.")
  double lossScale;

  @Option(
      names = "--adversarial-scale",
      paramLabel = "S",
      description =
          "Factor on what the generator learns from the discriminator, beside --loss-scale on the"
              + " rest. Default: the preset's.")
  double adversarialScale;

  @Option(
      names = "--discriminator-scale",
      paramLabel = "S",
      description =
          "Factor on what the fake score network learns as a discriminator. Default: the preset's.")
  double discriminatorScale;

  @Option(
      names = "--generator-start",
      paramLabel = "N",
      description = "Images shown before the generator learns. Default: the preset's.")
  long generatorStart;

  @Option(
      names = "--adversarial-start",
      paramLabel = "N",
      description =
          "Images shown before the generator learns from the discriminator. Default: the preset's.")
  long adversarialStart;

  @Option(
      names = "--lr",
      paramLabel = "R",
      description = "Learning rate of the fake score network. Default: the preset's.")
  double rate;

  @Option(
      names = "--generator-lr",
      paramLabel = "R",
      description = "Learning rate of the generator. Default: the preset's.")
  double generatorRate;

  @Option(
      names = "--beta1",
      paramLabel = "B",
      description = "First decay of the fake score network's Adam. Default: the preset's.")
  double beta1;

  @Option(
      names = "--generator-beta1",
      paramLabel = "B",
      description = "First decay of the generator's Adam. Default: the preset's.")
  double generatorBeta1;

  @Option(
      names = "--beta2",
      paramLabel = "B",
      description = "Second decay of Adam. Default: the preset's.")
  double beta2;

  @Option(
      names = "--epsilon",
      paramLabel = "E",
      description = "Adam's epsilon. Default: the preset's.")
  double epsilon;

  @Option(
      names = "--weight-decay",
      paramLabel = "W",
      description =
          "How fast the weights shrink by themselves, as in AdamW. Default: the preset's.")
  double weightDecay;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Images over which the learning rates rise. Default: the preset's.")
  long warmup;

  @Option(
      names = "--decay",
      description =
          "Let the rates fall to 0 along a half cosine until --images are shown. Default: they stay.")
  boolean decay;

  @Option(
      names = "--clip-value",
      paramLabel = "C",
      description =
          "Largest magnitude of a gradient's value; 0 for no bound. Default: the preset's.")
  double clipValue;

  @Option(
      names = "--clip-norm",
      paramLabel = "C",
      description = "Largest norm of a network's gradient; 0 for no bound. Default: the preset's.")
  double clipNorm;

  @Option(
      names = "--p-mean",
      paramLabel = "M",
      description = "Mean of ln sigma where the fake score network learns. Default: the preset's.")
  double pMean;

  @Option(
      names = "--p-std",
      paramLabel = "S",
      description =
          "Standard deviation of ln sigma where the fake score network learns. Default: the preset's.")
  double pStd;

  @Option(
      names = "--augment",
      paramLabel = "P",
      description =
          "Probability of each augmentation of what the fake score network sees, or teacher: as the"
              + " teacher was trained. Default: the preset's.")
  String augment = TEACHER;

  @Option(
      names = "--ema",
      paramLabel = "N",
      description = "Half-life of the generator's average, in images. Default: the preset's.")
  double halfLife;

  @Option(
      names = "--ema-ramp",
      paramLabel = "R",
      description = "Its bound, as a share of the images shown. Default: the preset's.")
  double ramp;

  @Option(
      names = "--t-min",
      paramLabel = "T",
      description =
          "Start of the interval that --t-max ends, where noise levels are drawn from a grid."
              + " Default: the preset's.")
  double tMin;

  @Option(
      names = "--fake-weight",
      paramLabel = "NAME",
      description =
          "How the fake score network's error counts at a noise level: edm, as those teachers were"
              + " trained, or snr, for DDPM teachers. Default: the preset's.")
  String fakeWeight = "edm";

  @Option(
      names = "--pairs",
      paramLabel = "FILE",
      description =
          "Noise-image pairs of the teacher, as 'sample' writes them to an .npz."
              + " Default: the preset's.")
  String pairs = NONE;

  @Option(
      names = "--regression-weight",
      paramLabel = "W",
      description = "How much the distance to the pairs' images counts. Default: the preset's.")
  double regressionWeight;

  @Option(
      names = "--distance",
      paramLabel = "NAME",
      description =
          "How images are compared: l2, huber, or an ONNX file, which is LPIPS as 'import' makes it"
              + " or a feature network. Default: the preset's.")
  String distance = "l2";

  @Option(
      names = "--fake-steps",
      paramLabel = "N",
      description =
          "Steps of the fake score network for one of the generator. Default: the preset's.")
  int fakeSteps;

  @Option(
      names = "--gan-weight",
      paramLabel = "W",
      description =
          "How much the classifier counts in the generator's loss. Default: the preset's.")
  double ganWeight;

  @Option(
      names = "--classifier-weight",
      paramLabel = "W",
      description =
          "How much the classifier's loss counts beside the fake score network's."
              + " Default: the preset's.")
  double classifierWeight;

  @Mixin ProgressiveOptions progressive = new ProgressiveOptions();
  @Mixin ConsistencyOptions consistency = new ConsistencyOptions();

  /** Noise levels at which the generator is judged: the first part of a schedule's time. */
  SigmaLaw judgedLevels(KarrasSchedule levels) {
    if (!(tMax > 0 && tMax <= 1)) {
      throw new IllegalArgumentException(
          "--t-max is " + tMax + " but should be in (0, 1], such as 0.8");
    }
    return new UniformTimeSigma(levels, 0, tMax);
  }

  /** Noise levels that the fake score network learns. */
  SigmaLaw learntLevels() {
    return new LogNormalSigma(pMean, pStd);
  }

  /** The moving average of the generator. */
  AverageConfig average() {
    return AverageConfig.halfLife(halfLife, ramp);
  }

  /**
   * The augmentation of what the fake score network learns.
   *
   * @throws IllegalArgumentException when the teacher learnt augmented images but does not say how
   *     often
   */
  Augmentation augmentation(DenoiserModel teacher) {
    if (!augment.equals(TEACHER)) {
      return new Augmentation(augmentProbability());
    }
    Optional<String> learnt = teacher.property(MetadataKeys.AUGMENT_PROBABILITY);
    if (learnt.isEmpty() && teacher.augmentLabels() == Augmentation.LABELS) {
      throw new IllegalArgumentException(
          "the teacher learnt augmented images but its file does not say with what probability;"
              + " pass it, such as --augment 0.12, or --augment 0 for none");
    }
    return new Augmentation(learnt.map(Double::parseDouble).orElse(0.0));
  }

  private double augmentProbability() {
    try {
      return Double.parseDouble(augment);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--augment is " + augment + " but should be teacher or a probability such as 0.12", e);
    }
  }
}

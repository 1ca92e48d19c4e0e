package retort.trainer;

import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.SigmaRange;
import retort.noise.CosineSchedule;
import retort.noise.KarrasSchedule;
import retort.noise.NoiseSchedule;
import retort.trainer.distill.ImageDistance;
import retort.trainer.distill.LossWeight;
import retort.trainer.distill.ProgressiveLoss;
import retort.trainer.distill.ProgressiveRounds;
import retort.trainer.distill.ProgressiveTraining;

/** The hyper-parameters of Progressive Distillation. */
final class ProgressiveOptions {
  private static final double RHO = 7;

  @Option(
      names = "--form",
      paramLabel = "NAME",
      description =
          "Where the steps' noise levels lie: vp, on the cosine schedule as published, or edm, on"
              + " the levels that EDM's networks are sampled at. Default: the preset's.")
  private String form = "edm";

  @Option(
      names = "--log-snr-min",
      paramLabel = "L",
      description =
          "Log signal-to-noise ratio, -2 ln sigma, of the first step: -20 as published, for networks"
              + " that know so much noise, or teacher: the highest noise that it was trained on,"
              + " sigma 80 where it does not say. Default: the preset's.")
  private String logSnrMin = DistillOptions.TEACHER;

  @Option(
      names = "--log-snr-max",
      paramLabel = "L",
      description =
          "Where the levels end: 20 as published, or teacher: the lowest noise that it was trained"
              + " on, sigma 0.002 where it does not say. Default: the preset's.")
  private String logSnrMax = DistillOptions.TEACHER;

  @Option(
      names = "--loss-weight",
      paramLabel = "NAME",
      description =
          "What an error counts at a noise level: snr-trunc, v-mse, snr, constant, or edm."
              + " Default: the preset's.")
  private String weight = "constant";

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of the first teacher, which every round halves. Default: the preset's.")
  private int steps;

  @Option(
      names = "--final-steps",
      paramLabel = "N",
      description = "Steps of the generator in the end. Default: the preset's.")
  private int finalSteps;

  @Option(
      names = "--round-images",
      paramLabel = "N",
      description =
          "Images shown in a round; in those of 2 steps and of 1, twice as many."
              + " Default: the preset's.")
  private long roundImages;

  /** Steps of the generator in the end. */
  int finalSteps() {
    return finalSteps;
  }

  /** The rounds. */
  ProgressiveRounds rounds() {
    return new ProgressiveRounds(steps, finalSteps, roundImages);
  }

  /** All that the method is told. */
  ProgressiveTraining.Recipe recipe(DistillSetting setting, ImageDistance distance) {
    if (setting.run().images() > rounds().images()) {
      throw new IllegalArgumentException(
          "--images is "
              + setting.run().images()
              + " but the rounds from "
              + steps
              + " steps to "
              + finalSteps
              + " show "
              + rounds().images()
              + "; leave the flag out, or pass a larger --round-images");
    }
    return new ProgressiveTraining.Recipe(
        new ProgressiveLoss(
            LossWeight.named("--loss-weight", weight, LossWeight.values()), distance),
        schedule(setting.teacher()),
        rounds(),
        setting.run().batch(),
        setting.run().microBatch(),
        setting.generator(),
        setting.run().seed());
  }

  private NoiseSchedule schedule(DenoiserModel teacher) {
    SigmaRange trained = teacher.sigmaRange();
    KarrasSchedule usual = KarrasSchedule.EDM;
    double most = trained.max() < Double.POSITIVE_INFINITY ? trained.max() : usual.sigmaMax();
    double least = trained.min() > 0 ? trained.min() : usual.sigmaMin();
    double first = level("--log-snr-min", logSnrMin, most, trained);
    double last = level("--log-snr-max", logSnrMax, least, trained);
    if (!(last < first)) {
      throw new IllegalArgumentException(
          "the steps run from sigma "
              + first
              + " to "
              + last
              + " but should fall; pass a --log-snr-max above --log-snr-min");
    }
    return switch (form) {
      case "edm" -> new KarrasSchedule(last, first, RHO);
      case "vp" -> new CosineSchedule(-2 * Math.log(first), -2 * Math.log(last));
      default ->
          throw new IllegalArgumentException("--form is " + form + " but should be edm or vp");
    };
  }

  /** The noise level of a log signal-to-noise ratio, which the teacher has to know. */
  private static double level(String flag, String text, double teachers, SigmaRange trained) {
    if (text.equals(DistillOptions.TEACHER)) {
      return teachers;
    }
    double level;
    try {
      level = Math.exp(-0.5 * Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          flag + " is " + text + " but should be teacher or a number such as -8.8", e);
    }
    // A ratio is given in a few digits, so that the end of a range is met but nearly.
    if (!(Math.abs(Math.log(level / trained.nearest(level))) < 1e-3)) {
      throw new IllegalArgumentException(
          flag
              + " is "
              + text
              + ", the noise level "
              + level
              + ", but the teacher was trained on those from "
              + trained.min()
              + " to "
              + trained.max()
              + "; pass teacher, or a level between them");
    }
    return level;
  }
}

package retort.trainer;

import java.nio.file.Path;
import retort.denoiser.DenoiserModel;
import retort.file.FileDigest;
import retort.noise.KarrasSchedule;
import retort.noise.UniformIndexSigma;
import retort.trainer.data.SampledImages;
import retort.trainer.distill.DistributionMatching;
import retort.trainer.distill.Dmd2Loss;
import retort.trainer.distill.DmdLoss;
import retort.trainer.distill.DmdTraining;
import retort.trainer.distill.ImageDistance;
import retort.trainer.distill.LossWeight;
import retort.trainer.distill.NoisePairs;

/** What the two forms of Distribution Matching Distillation make of a setting. */
record DmdSetting(DistillSetting setting, DistributionMatching matching) {
  /** How finely the published code divides time. */
  private static final int LEVELS = 1000;

  private static final int FEWEST_PAIRS = 2_000;
  private static final int MOST_PAIRS = 100_000;
  private static final int SHOWN_FOR_A_PAIR = 1_000;

  static DmdSetting of(DistillSetting setting) {
    DistillOptions options = setting.options();
    return new DmdSetting(
        setting,
        new DistributionMatching(
            options.sigmaInit,
            LossWeight.named("--fake-weight", options.fakeWeight, LossWeight.EDM, LossWeight.SNR)));
  }

  /** DMD. */
  DmdTraining withPairs() {
    DistillOptions options = setting.options();
    ImageDistance distance = ImageDistance.named(options.distance, setting.teacher().imageShape());
    return DmdTraining.withPairs(
        setting.torch(),
        setting.teacher(),
        setting.start(),
        new DmdLoss(matching, options.regressionWeight, distance),
        pairs(),
        recipe(1));
  }

  /** DMD2. */
  DmdTraining withClassifier() {
    DistillOptions options = setting.options();
    return DmdTraining.withClassifier(
        setting.torch(),
        setting.teacher(),
        setting.start(),
        new Dmd2Loss(matching, options.ganWeight, options.classifierWeight),
        setting.data(),
        recipe(options.fakeSteps));
  }

  private DmdTraining.Recipe recipe(int fakeSteps) {
    DistillOptions options = setting.options();
    if (!(options.tMin >= 0 && options.tMin < options.tMax && options.tMax <= 1)) {
      throw new IllegalArgumentException(
          "--t-min is "
              + options.tMin
              + " and --t-max "
              + options.tMax
              + ", but both should be in [0, 1] and in order, such as 0.02 and 0.98");
    }
    KarrasSchedule grid = setting.levels();
    return new DmdTraining.Recipe(
        new UniformIndexSigma(grid, LEVELS, index(options.tMin), index(options.tMax)),
        new UniformIndexSigma(grid, LEVELS, 0, LEVELS - 1),
        fakeSteps,
        setting.run().batch(),
        setting.run().microBatch(),
        setting.generator(),
        setting.fakeScore(),
        options.average(),
        setting.run().seed());
  }

  private static int index(double time) {
    return (int) Math.min(LEVELS - 1, Math.round(time * LEVELS));
  }

  private NoisePairs pairs() {
    DenoiserModel teacher = setting.teacher();
    String file = setting.options().pairs;
    String command =
        "'retort sample --model %s --images %d --out pairs.npz'"
            .formatted(setting.teacherFile(), count());
    if (file.equals(DistillOptions.NONE)) {
      throw new IllegalArgumentException(
          "--method dmd learns from noise-image pairs too; draw them once with "
              + command
              + " and pass --pairs pairs.npz");
    }
    return new NoisePairs(
        SampledImages.read(Path.of(file)),
        file,
        teacher,
        FileDigest.of(setting.teacherFile()),
        "; draw pairs of this teacher with " + command);
  }

  /** Pairs that are worth their time: one for a thousand images shown, within bounds. */
  private long count() {
    long wanted = setting.run().images() / SHOWN_FOR_A_PAIR;
    return Math.max(FEWEST_PAIRS, Math.min(MOST_PAIRS, wanted));
  }
}

package retort.trainer;

import picocli.CommandLine.Option;
import retort.noise.KarrasSchedule;
import retort.trainer.distill.ConsistencyLoss;
import retort.trainer.distill.ConsistencyTraining;

/** The hyper-parameters of consistency distillation. */
final class ConsistencyOptions {
  private static final double RHO = 7;

  @Option(
      names = "--levels",
      paramLabel = "N",
      description =
          "Noise levels of the grid, from the lowest that the teacher knows to --sigma-init."
              + " Default: the preset's.")
  private int levels;

  @Option(
      names = "--target-ema",
      paramLabel = "B",
      description =
          "What the target, an average of the weights, keeps of itself in each step."
              + " Default: the preset's.")
  private double targetDecay;

  /** All that the method is told. */
  ConsistencyTraining.Recipe recipe(DistillSetting setting, int steps) {
    DistillOptions options = setting.options();
    double sigmaMin = setting.teacher().sigmaRange().nearest(KarrasSchedule.EDM.sigmaMin());
    if (!(options.sigmaInit > sigmaMin)) {
      throw new IllegalArgumentException(
          "--sigma-init is "
              + options.sigmaInit
              + " but should lie above the lowest level, "
              + sigmaMin
              + ", such as 80");
    }
    return new ConsistencyTraining.Recipe(
        new ConsistencyLoss(setting.distance()),
        new KarrasSchedule(sigmaMin, options.sigmaInit, RHO),
        levels,
        targetDecay,
        steps,
        setting.run().batch(),
        setting.run().microBatch(),
        setting.generator(),
        options.average(),
        setting.run().seed());
  }
}

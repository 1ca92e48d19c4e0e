package retort.trainer;

import java.util.Locale;
import retort.trainer.distill.Distillation;
import retort.trainer.distill.SidLoss;
import retort.trainer.distill.SidTraining;

/** The ways to distil. */
enum DistillMethod {
  /** Score identity Distillation. */
  SID(false) {
    @Override
    Distillation start(DistillSetting setting) {
      DistillOptions options = setting.options();
      SidTraining.Recipe recipe =
          new SidTraining.Recipe(
              new SidLoss(options.alpha, options.sigmaInit, options.lossScale),
              options.judgedLevels(),
              options.learntLevels(),
              setting.run().batch(),
              setting.run().microBatch(),
              setting.generator(),
              setting.fakeScore(),
              setting.augmentation(),
              options.average(),
              setting.run().seed());
      return new SidTraining(setting.torch(), setting.teacher(), setting.start(), recipe);
    }
  };

  private final boolean learnsFromData;

  DistillMethod(boolean learnsFromData) {
    this.learnsFromData = learnsFromData;
  }

  /** Whether real images are needed; else they are of no use. */
  boolean learnsFromData() {
    return learnsFromData;
  }

  /** Compiles the losses and loads all networks. */
  abstract Distillation start(DistillSetting setting);

  /** The method's flags and their published values. */
  PresetTable table() {
    return PresetTable.of(toString());
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

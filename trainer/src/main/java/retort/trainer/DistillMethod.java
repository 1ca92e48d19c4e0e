package retort.trainer;

import java.util.Locale;
import retort.trainer.distill.Distillation;
import retort.trainer.distill.SidTraining;
import retort.trainer.distill.SidaTraining;

/** The ways to distil. */
enum DistillMethod {
  /** Score identity Distillation. */
  SID(false) {
    @Override
    Distillation start(DistillSetting setting) {
      return new SidTraining(
          setting.torch(), setting.teacher(), setting.start(), setting.identity());
    }
  },

  /** Score identity Distillation with a discriminator of real images. */
  SIDA(true) {
    @Override
    Distillation start(DistillSetting setting) {
      DistillOptions options = setting.options();
      SidaTraining.Recipe recipe =
          new SidaTraining.Recipe(
              setting.identity(),
              options.adversarialScale,
              options.discriminatorScale,
              options.generatorStart,
              options.adversarialStart);
      return new SidaTraining(
          setting.torch(), setting.teacher(), setting.start(), setting.data(), recipe);
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

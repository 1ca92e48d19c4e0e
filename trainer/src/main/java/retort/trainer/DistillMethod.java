package retort.trainer;

import java.util.Locale;
import java.util.OptionalLong;
import retort.trainer.distill.ConsistencyTraining;
import retort.trainer.distill.Distillation;
import retort.trainer.distill.ProgressiveTraining;
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

    @Override
    boolean weighsCalls() {
      return true;
    }
  },

  /** Distribution Matching Distillation. */
  DMD(false) {
    @Override
    Distillation start(DistillSetting setting) {
      return DmdSetting.of(setting).withPairs();
    }
  },

  /** Its improved form, with a classifier of real images. */
  DMD2(true) {
    @Override
    Distillation start(DistillSetting setting) {
      return DmdSetting.of(setting).withClassifier();
    }
  },

  /** Progressive Distillation. */
  PROGRESSIVE(true) {
    @Override
    Distillation start(DistillSetting setting) {
      ProgressiveOptions options = setting.options().progressive;
      return new ProgressiveTraining(
          setting.torch(),
          setting.teacher(),
          setting.start(),
          setting.data(),
          options.recipe(setting, setting.distance()));
    }

    @Override
    OptionalLong allImages(DistillOptions options) {
      return OptionalLong.of(options.progressive.rounds().images());
    }
  },

  /** Consistency distillation. */
  CONSISTENCY(true) {
    @Override
    Distillation start(DistillSetting setting) {
      DistillOptions options = setting.options();
      return new ConsistencyTraining(
          setting.torch(),
          setting.teacher(),
          setting.start(),
          setting.data(),
          options.consistency.recipe(setting, options.progressive.finalSteps()));
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

  /**
   * Whether the loss weighs the calls of a step and not their images, so that it depends on how
   * many images a call has; else a step is the same however it is shared among calls.
   */
  boolean weighsCalls() {
    return false;
  }

  /** How many images a run shows that is not told; empty for a method that could go on. */
  OptionalLong allImages(DistillOptions options) {
    return OptionalLong.empty();
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

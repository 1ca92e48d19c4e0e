package retort.trainer;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.denoiser.SigmaRange;
import retort.noise.KarrasSchedule;
import retort.sampling.HeunSampler;
import retort.sampling.StepNoise;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.ImageDistance;
import retort.trainer.distill.LearningRate;
import retort.trainer.distill.Optimisation;
import retort.trainer.distill.SidLoss;
import retort.trainer.distill.SidTraining;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;
import retort.trainer.evaluate.ImageSource;
import retort.trainer.watch.SampleGrid;

/**
 * What a distillation starts from.
 *
 * @param teacherFile where the teacher was read from
 * @param torch the engine
 * @param teacher the denoiser to distil
 * @param start what the generator starts from, with the teacher's architecture
 * @param options the method's flags, resolved
 * @param run the run's flags
 */
record DistillSetting(
    Path teacherFile,
    Torch torch,
    DenoiserModel teacher,
    DenoiserModel start,
    DistillOptions options,
    RunOptions run) {
  /** As EDM's sampler takes for small images. */
  private static final int PREVIEW_STEPS = 18;

  /** What all forms of Score identity Distillation have in common. */
  SidTraining.Recipe identity() {
    return new SidTraining.Recipe(
        new SidLoss(options.alpha, options.sigmaInit, options.lossScale),
        options.judgedLevels(levels()),
        options.learntLevels(),
        run.batch(),
        run.microBatch(),
        generator(),
        fakeScore(),
        augmentation(),
        options.average(),
        run.seed());
  }

  /** EDM's levels, less those on which the teacher was not trained. */
  KarrasSchedule levels() {
    SigmaRange trained = teacher.sigmaRange();
    KarrasSchedule usual = KarrasSchedule.EDM;
    return new KarrasSchedule(
        trained.nearest(usual.sigmaMin()), trained.nearest(usual.sigmaMax()), usual.rho());
  }

  /** The teacher's samples on a grid's noise, by an engine of their own that gives memory back. */
  float[] teacherSamples(SampleGrid grid) {
    try (Torch own = run.open()) {
      TorchDenoiser denoiser =
          new TorchDenoiser(own, teacher, own.weights(teacher.graph()).frozen());
      HeunSampler sampler = new HeunSampler(levels(), PREVIEW_STEPS);
      return grid.draw(
          new ImageSource(
              teacher.imageShape(),
              (noise, labels, seeds) ->
                  sampler.images(
                      denoiser,
                      noise,
                      labels.length == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, labels),
                      StepNoise.NONE)));
    }
  }

  /** How the generator learns. */
  Optimisation generator() {
    return optimisation(options.generatorRate, options.generatorBeta1);
  }

  /** How the fake score network learns. */
  Optimisation fakeScore() {
    return optimisation(options.rate, options.beta1);
  }

  private Optimisation optimisation(double rate, double beta1) {
    return new Optimisation(
        new LearningRate(rate, options.warmup, options.decay ? run.images() : 0),
        new AdamConfig(beta1, options.beta2, options.epsilon, options.weightDecay, true),
        new GradientGuard(GradientGuard.FINITE.infinity(), options.clipValue, options.clipNorm));
  }

  /** The real images, which the command has made sure of. */
  ImageDataset data() {
    return ImageDataset.open(Objects.requireNonNull(options.data));
  }

  /** How images are compared. */
  ImageDistance distance() {
    return ImageDistance.named(options.distance, teacher.imageShape());
  }

  /** The augmentation of what the fake score network learns. */
  Augmentation augmentation() {
    return options.augmentation(teacher);
  }
}

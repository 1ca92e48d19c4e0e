package retort.trainer.bench;

import java.util.Map;
import java.util.Random;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;
import retort.noise.KarrasSchedule;
import retort.noise.LogNormalSigma;
import retort.noise.UniformIndexSigma;
import retort.noise.UniformTimeSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.data.SampledImages;
import retort.trainer.distill.AverageConfig;
import retort.trainer.distill.ConsistencyLoss;
import retort.trainer.distill.ConsistencyTraining;
import retort.trainer.distill.DistributionMatching;
import retort.trainer.distill.Dmd2Loss;
import retort.trainer.distill.DmdLoss;
import retort.trainer.distill.DmdTraining;
import retort.trainer.distill.ImageDistance;
import retort.trainer.distill.LearningRate;
import retort.trainer.distill.LossWeight;
import retort.trainer.distill.NoisePairs;
import retort.trainer.distill.Optimisation;
import retort.trainer.distill.ProgressiveLoss;
import retort.trainer.distill.ProgressiveRounds;
import retort.trainer.distill.ProgressiveTraining;
import retort.trainer.distill.SidLoss;
import retort.trainer.distill.SidTraining;
import retort.trainer.distill.SidaTraining;
import retort.trainer.distill.TrainingMethod;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

/**
 * The methods of distillation as they are measured: generator and fake score network start from the
 * network itself, and every iteration is the dearest of its method.
 */
record DistillWorkload(Torch torch, DenoiserModel model, ImageDataset data, int batch) {
  private static final int LEVELS = 1000;
  private static final int PAIRS = 1024;
  private static final DistributionMatching MATCHING = new DistributionMatching(80, LossWeight.EDM);

  TrainingMethod start(Workload.Method method) {
    return switch (method) {
      case EDM -> throw new IllegalArgumentException("a teacher distils nothing");
      case SID -> new SidTraining(torch, model, model, sid(1.2, 0));
      case SIDA ->
          new SidaTraining(
              torch, model, model, data, new SidaTraining.Recipe(sid(1, 1), 0.01, 1, 0, 0));
      case DMD ->
          DmdTraining.withPairs(
              torch,
              model,
              model,
              new DmdLoss(MATCHING, 0.25, ImageDistance.squared(model.imageShape())),
              pairs(),
              dmd());
      case DMD2 ->
          DmdTraining.withClassifier(
              torch, model, model, new Dmd2Loss(MATCHING, 3e-3, 1e-2), data, dmd());
      case PROGRESSIVE -> new ProgressiveTraining(torch, model, model, data, progressive());
      case CONSISTENCY -> new ConsistencyTraining(torch, model, model, data, consistency());
    };
  }

  private static Optimisation adam(double rate, double beta1, double maxValue, double maxNorm) {
    return new Optimisation(
        LearningRate.constant(rate),
        AdamConfig.of(beta1, 0.999),
        new GradientGuard(1e5, maxValue, maxNorm));
  }

  private static AverageConfig average() {
    return AverageConfig.halfLife(Workload.HALF_LIFE, 0.05);
  }

  private SidTraining.Recipe sid(double alpha, double maxValue) {
    return new SidTraining.Recipe(
        new SidLoss(alpha, 2.5, 100),
        UniformTimeSigma.SID,
        LogNormalSigma.EDM,
        batch,
        batch,
        adam(1e-5, 0, maxValue, 0),
        adam(1e-5, 0, maxValue, 0),
        Augmentation.NONE,
        average(),
        Workload.SEED);
  }

  private DmdTraining.Recipe dmd() {
    Optimisation adamW =
        new Optimisation(
            LearningRate.constant(5e-5),
            new AdamConfig(0.9, 0.999, 1e-8, 0.01, true),
            new GradientGuard(1e5, 0, 10));
    return new DmdTraining.Recipe(
        new UniformIndexSigma(KarrasSchedule.EDM, LEVELS, 20, 980),
        new UniformIndexSigma(KarrasSchedule.EDM, LEVELS, 0, LEVELS - 1),
        1,
        batch,
        batch,
        adamW,
        adamW,
        average(),
        Workload.SEED);
  }

  /** Pairs of random images: their numbers do not matter to the time. */
  private NoisePairs pairs() {
    ImageShape shape = model.imageShape();
    Random random = new Random(Workload.SEED);
    float[] images = new float[PAIRS * shape.elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat() * 2 - 1;
    }
    int labels = model.labels();
    Map<String, String> origin =
        Map.of(
            SampledImages.MODEL_DIGEST,
            "",
            SampledImages.SEED_ALGORITHM,
            GaussianNoise.ALGORITHM,
            SampledImages.SAMPLER,
            NoisePairs.DETERMINISTIC,
            SampledImages.CHURN,
            "0.0");
    SampledImages samples =
        new SampledImages(
            shape,
            images,
            labels == 0 ? new int[0] : random.ints(PAIRS, 0, labels).toArray(),
            random.longs(PAIRS).toArray(),
            origin);
    return new NoisePairs(samples, "pairs", model, "", "");
  }

  private ProgressiveTraining.Recipe progressive() {
    return new ProgressiveTraining.Recipe(
        new ProgressiveLoss(LossWeight.SNR_TRUNC, ImageDistance.squared(model.imageShape())),
        KarrasSchedule.EDM,
        new ProgressiveRounds(16, 1, 1L << 40),
        batch,
        batch,
        adam(1e-4, 0.9, 0, 1),
        Workload.SEED);
  }

  private ConsistencyTraining.Recipe consistency() {
    return new ConsistencyTraining.Recipe(
        new ConsistencyLoss(ImageDistance.squared(model.imageShape())),
        KarrasSchedule.EDM,
        40,
        0.95,
        1,
        batch,
        batch,
        adam(8e-6, 0.9, 0, 0),
        average(),
        Workload.SEED);
  }
}

package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.GaussianNoise;
import retort.noise.KarrasSchedule;
import retort.noise.UniformIndexSigma;
import retort.trainer.data.SampledImages;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

/** Distribution matching of a teacher whose data are known: each pixel is a Gaussian. */
class DmdConvergenceTest {
  private static final double[] MEAN = {0.3, -0.2};
  private static final double[] DEVIATION = {0.5, 0.25};
  private static final int BATCH = 256;
  private static final int STEPS = 600;

  /** Adam with a falling rate ends within about a step, 5e-3, of where it settles. */
  private static final double TOLERANCE = 0.02;

  /** Each noise comes with its opposite, so the mean is exact and the spread good to 1 %. */
  private static final int COUNT = 4096;

  private static DmdTraining training(Torch torch, double regressionWeight) {
    DenoiserModel teacher = GaussianDenoisers.of(MEAN, DEVIATION);
    long images = (long) STEPS * BATCH;
    return DmdTraining.withPairs(
        torch,
        teacher,
        teacher,
        new DmdLoss(
            new DistributionMatching(2.5, LossWeight.EDM),
            regressionWeight,
            ImageDistance.squared(teacher.imageShape())),
        pairs(teacher),
        new DmdTraining.Recipe(
            new UniformIndexSigma(KarrasSchedule.EDM, 1000, 20, 980),
            new UniformIndexSigma(KarrasSchedule.EDM, 1000, 0, 999),
            1,
            BATCH,
            BATCH,
            new Optimisation(
                new LearningRate(5e-3, 0, images), AdamConfig.of(0.9, 0.999), GradientGuard.FINITE),
            new Optimisation(
                LearningRate.constant(1e-2), AdamConfig.of(0.9, 0.999), GradientGuard.FINITE),
            AverageConfig.halfLife(20 * BATCH, 0.05),
            1));
  }

  /** What an exact solver makes of noise: {@code mean + deviation z}. */
  private static NoisePairs pairs(DenoiserModel teacher) {
    long[] seeds = new long[1000];
    float[] images = new float[2 * seeds.length];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = i;
      float[] z = new GaussianNoise(i, 0).elements(2);
      for (int pixel = 0; pixel < 2; pixel++) {
        images[2 * i + pixel] = (float) (MEAN[pixel] + DEVIATION[pixel] * z[pixel]);
      }
    }
    Map<String, String> origin =
        Map.of(
            SampledImages.MODEL_DIGEST,
            "abc",
            SampledImages.SEED_ALGORITHM,
            GaussianNoise.ALGORITHM,
            SampledImages.SAMPLER,
            NoisePairs.DETERMINISTIC,
            SampledImages.CHURN,
            "0.0");
    SampledImages samples =
        new SampledImages(teacher.imageShape(), images, new int[0], seeds, origin);
    return new NoisePairs(samples, "pairs.npz", teacher, "abc", "");
  }

  /** Mean and standard deviation of one pixel over many images of the averaged generator. */
  private static double[] moments(DmdTraining training, int pixel) {
    float[] noise = new float[4 * COUNT];
    new GaussianNoise(99, 0).fill(noise, 0, 2 * COUNT, 0);
    for (int i = 0; i < 2 * COUNT; i++) {
      noise[2 * COUNT + i] = -noise[i];
    }
    float[] images = training.images(noise, new float[0]);
    double sum = 0;
    double squares = 0;
    for (int i = pixel; i < images.length; i += 2) {
      sum += images[i];
      squares += (double) images[i] * images[i];
    }
    double mean = sum / (2 * COUNT);
    return new double[] {mean, Math.sqrt(squares / (2 * COUNT) - mean * mean)};
  }

  @ParameterizedTest(name = "regression weight {0}")
  @ValueSource(doubles = {0, 0.25})
  void theGeneratorLearnsMeanAndSpreadOfTheTeachersData(double regressionWeight) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      DmdTraining training = training(torch, regressionWeight);
      // Before: the denoiser alone shrinks noise to a fraction of the spread.
      assertThat(moments(training, 0)[1]).isLessThan(0.3 * DEVIATION[0]);

      for (int step = 0; step < STEPS; step++) {
        training.step(step, (long) step * BATCH);
      }

      for (int pixel = 0; pixel < 2; pixel++) {
        double[] moments = moments(training, pixel);
        assertThat(Math.abs(moments[0] - MEAN[pixel])).as("mean").isLessThan(TOLERANCE);
        assertThat(Math.abs(moments[1] - DEVIATION[pixel])).as("spread").isLessThan(TOLERANCE);
      }
    }
  }
}

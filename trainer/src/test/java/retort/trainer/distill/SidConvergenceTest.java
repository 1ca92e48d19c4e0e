package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.GaussianNoise;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

/** Score identity distillation of a teacher whose data are known: each pixel is a Gaussian. */
class SidConvergenceTest {
  private static final double[] MEAN = {0.3, -0.2};
  private static final double[] DEVIATION = {0.5, 0.25};
  private static final int BATCH = 256;
  private static final int STEPS = 600;

  /** Adam with a falling rate ends within about a step, 5e-3, of where it settles. */
  private static final double TOLERANCE = 0.02;

  /** Each noise comes with its opposite, so the mean is exact and the spread good to 1 %. */
  private static final int PAIRS = 4096;

  private static SidTraining training(Torch torch, double alpha) {
    DenoiserModel teacher = GaussianDenoisers.of(MEAN, DEVIATION);
    long images = (long) STEPS * BATCH;
    return new SidTraining(
        torch,
        teacher,
        teacher,
        new SidTraining.Recipe(
            new SidLoss(alpha, 2.5, 100),
            UniformTimeSigma.SID,
            LogNormalSigma.EDM,
            BATCH,
            BATCH,
            new Optimisation(
                new LearningRate(5e-3, 0, images), AdamConfig.of(0, 0.999), GradientGuard.FINITE),
            new Optimisation(
                LearningRate.constant(1e-2), AdamConfig.of(0, 0.999), GradientGuard.FINITE),
            Augmentation.NONE,
            AverageConfig.halfLife(20 * BATCH, 0.05),
            1));
  }

  /** Mean and standard deviation of one pixel over many images of the averaged generator. */
  private static double[] moments(SidTraining training, int pixel) {
    float[] noise = new float[4 * PAIRS];
    new GaussianNoise(99, 0).fill(noise, 0, 2 * PAIRS, 0);
    for (int i = 0; i < 2 * PAIRS; i++) {
      noise[2 * PAIRS + i] = -noise[i];
    }
    float[] images = training.images(noise, new float[0]);
    double sum = 0;
    double squares = 0;
    for (int i = pixel; i < images.length; i += 2) {
      sum += images[i];
      squares += (double) images[i] * images[i];
    }
    double mean = sum / (2 * PAIRS);
    return new double[] {mean, Math.sqrt(squares / (2 * PAIRS) - mean * mean)};
  }

  @ParameterizedTest(name = "alpha {0}")
  @ValueSource(doubles = {1.0, 1.2})
  void theGeneratorLearnsMeanAndSpreadOfTheTeachersData(double alpha) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidTraining training = training(torch, alpha);
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

  @Test
  void aStepReportsBothLossesAndBothGradients() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidTraining training = training(torch, 1.2);

      Map<String, Double> report = training.step(0, 0);

      assertThat(report)
          .containsOnlyKeys(
              "loss_fake_score",
              "loss_generator",
              "score_gap",
              "gradient_norm_fake_score",
              "gradient_norm_generator");
      assertThat(report.values()).allMatch(Double::isFinite);
      assertThat(training.noiseLevels(0).get("loss_generator")).hasSize(BATCH);
    }
  }
}

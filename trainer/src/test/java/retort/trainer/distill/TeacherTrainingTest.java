package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.GaussianNoise;
import retort.noise.LogNormalSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.Torch;

/** A teacher whose parameters are the mean and spread of its data. */
class TeacherTrainingTest {
  private static final double[] MEAN = {0.3, -0.2};
  private static final double[] DEVIATION = {0.25, 0.15};
  private static final int IMAGES = 4000;
  private static final int BATCH = 128;
  private static final int STEPS = 500;

  /** Where Adam settles with a falling rate, and the spread of 4,000 images, both below 1 %. */
  private static final double TOLERANCE = 0.02;

  private static ImageDataset data() {
    float[] noise = new float[2 * IMAGES];
    new GaussianNoise(5, 0).fill(noise, 0, noise.length, 0);
    byte[] pixels = new byte[noise.length];
    for (int i = 0; i < pixels.length; i++) {
      double value = MEAN[i % 2] + DEVIATION[i % 2] * noise[i];
      pixels[i] = (byte) Math.round(Math.max(0, Math.min(255, (value + 1) * 127.5)));
    }
    return ImageDataset.of(new ImageShape(1, 1, 2), pixels, new int[0], List.of());
  }

  private static TeacherTraining training(Torch torch, int microBatch) {
    return training(torch, microBatch, 0);
  }

  private static TeacherTraining training(Torch torch, int microBatch, int loaderThreads) {
    return new TeacherTraining(
        torch,
        GaussianDenoisers.of(new double[] {0, 0}, new double[] {0.5, 0.5}),
        data(),
        new TeacherTraining.Recipe(
            BATCH,
            microBatch,
            new LearningRate(1e-2, 0, (long) STEPS * BATCH),
            AdamConfig.of(0.9, 0.999),
            LogNormalSigma.EDM,
            LossWeight.EDM,
            Augmentation.NONE,
            AverageConfig.halfLife(20 * BATCH, 0.05),
            1),
        loaderThreads);
  }

  @Test
  void aTeacherLearnsMeanAndSpreadOfItsImages() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      TeacherTraining training = training(torch, BATCH);

      for (int step = 0; step < STEPS; step++) {
        training.step(step, (long) step * BATCH);
      }

      DenoiserModel learnt = training.result();
      for (int pixel = 0; pixel < 2; pixel++) {
        assertThat(Math.abs(GaussianDenoisers.mean(learnt)[pixel] - MEAN[pixel]))
            .as("mean")
            .isLessThan(TOLERANCE);
        assertThat(Math.abs(GaussianDenoisers.deviation(learnt)[pixel] - DEVIATION[pixel]))
            .as("spread")
            .isLessThan(TOLERANCE);
      }
      assertThat(moments(training, 0)[0]).isBetween(0.25, 0.35);
      assertThat(moments(training, 0)[1]).isBetween(0.22, 0.28);
    }
  }

  /** Mean and spread of one pixel of sampled images. */
  private static double[] moments(TeacherTraining training, int pixel) {
    float[] noise = new float[2 * 1000];
    new GaussianNoise(8, 0).fill(noise, 0, noise.length, 0);
    float[] images = training.images(noise, new float[0]);
    double sum = 0;
    double squares = 0;
    for (int i = pixel; i < images.length; i += 2) {
      sum += images[i];
      squares += (double) images[i] * images[i];
    }
    double mean = sum / 1000;
    return new double[] {mean, Math.sqrt(squares / 1000 - mean * mean)};
  }

  @Test
  void microBatchesTakeTheSameStep() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      TeacherTraining whole = training(torch, BATCH);
      TeacherTraining parts = training(torch, 50);

      Map<String, Double> expected = whole.step(3, 300);
      Map<String, Double> actual = parts.step(3, 300);

      // Sums of float32 in another order.
      expected.forEach(
          (name, value) ->
              assertThat(Math.abs(actual.getOrDefault(name, Double.NaN) - value))
                  .as(name)
                  .isLessThan(1e-5 * value));
    }
  }

  @Test
  void loaderThreadsChangeNoBit() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS);
        TeacherTraining alone = training(torch, 50);
        TeacherTraining loaded = training(torch, 50, 3)) {
      // From the third epoch into the fourth, then a step again as a resumed run takes it.
      for (long step : new long[] {91, 92, 93, 94, 95, 93}) {
        assertThat(loaded.step(step, step * BATCH)).isEqualTo(alone.step(step, step * BATCH));
      }

      Map<String, Tensor> expected = alone.state();
      loaded
          .state()
          .forEach(
              (name, values) ->
                  assertThat(values.reals())
                      .as(name)
                      .containsExactly(Objects.requireNonNull(expected.get(name)).reals()));
      assertThat(loaded.secondsWaited()).isPositive();
    }
  }

  @Test
  void anErrorCanNameTheNoiseLevelsOfItsStep() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      TeacherTraining training = training(torch, 50);

      float[] levels = training.noiseLevels(3).getOrDefault("loss", new float[0]);

      assertThat(levels)
          .containsExactly(
              StepDraws.of(1, 3)
                  .sigma(StepDraws.Purpose.DATA_SIGMA, LogNormalSigma.EDM, 0, BATCH)
                  .floats());
    }
  }
}

package retort.trainer.distill;

import retort.graph.Tensor;
import retort.noise.GaussianNoise;
import retort.noise.SigmaLaw;
import retort.noise.UniformDraws;

/**
 * The random numbers of one training step: a function of the run's seed, the step and what they are
 * for, so that a resumed run draws what the uninterrupted one would have drawn.
 *
 * @param stepSeed the step's own seed
 */
record StepDraws(long stepSeed) {
  /** What numbers are for; each purpose has a stream of its own. */
  enum Purpose {
    FAKE_SCORE_LABEL(0),
    FAKE_SCORE_LATENT(1),
    FAKE_SCORE_SIGMA(2),
    FAKE_SCORE_NOISE(3),
    GENERATOR_LABEL(4),
    GENERATOR_LATENT(5),
    GENERATOR_SIGMA(6),
    GENERATOR_NOISE(7),
    DATA_SIGMA(8),
    DATA_NOISE(9),
    DATA_SHIFT(10),
    DROPOUT(11),
    AUGMENTATION(12),
    REAL_AUGMENTATION(20),
    GENERATOR_GAN_SIGMA(30),
    GENERATOR_GAN_NOISE(31),
    FAKE_GAN_SIGMA(32),
    FAKE_GAN_NOISE(33),
    REAL_GAN_SIGMA(34),
    REAL_GAN_NOISE(35),
    PROGRESSIVE_STEP(40),
    PROGRESSIVE_NOISE(41),
    CONSISTENCY_STEP(50),
    CONSISTENCY_NOISE(51);

    private final int stream;

    Purpose(int stream) {
      this.stream = stream;
    }
  }

  static StepDraws of(long runSeed, long step) {
    return new StepDraws(new UniformDraws(runSeed, 0).below(Long.MAX_VALUE, step));
  }

  /** Standard normal values [count] of the images from {@code first} on, each of {@code size}. */
  float[] normal(Purpose purpose, int first, int count, int size) {
    float[] values = new float[count * size];
    new GaussianNoise(stepSeed, purpose.stream).fill(values, 0, values.length, (long) first * size);
    return values;
  }

  /** Noise levels [count] of the images from {@code first} on. */
  Tensor sigma(Purpose purpose, SigmaLaw law, int first, int count) {
    UniformDraws draws = uniform(purpose);
    float[] sigmas = new float[count];
    for (int i = 0; i < count; i++) {
      sigmas[i] = (float) law.sigma(draws, first + i);
    }
    return Tensor.floats(new int[] {count}, sigmas);
  }

  /** One draw for each image, to be read by its index in the batch. */
  UniformDraws uniform(Purpose purpose) {
    return new UniformDraws(stepSeed, purpose.stream);
  }

  /** A seed for the draws that the engine makes in one call. */
  long engineSeed(int call) {
    return uniform(Purpose.DROPOUT).below(Long.MAX_VALUE, call);
  }
}

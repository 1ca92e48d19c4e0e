package retort.sampling;

import java.util.Arrays;
import java.util.Map;
import retort.denoiser.Denoiser;

/** A denoiser bound to the images and the conditioning of one batch, over float64 states. */
record Batch(Denoiser denoiser, Map<String, float[]> conditioning, int elements) {

  Batch {
    int imageElements = denoiser.imageShape().elements();
    if (elements == 0 || elements % imageElements != 0) {
      throw new IllegalArgumentException(
          "noise has "
              + elements
              + " elements but the images are "
              + denoiser.imageShape()
              + ": pass a whole number of times "
              + imageElements);
    }
  }

  /** D(state; sigma), with state and sigma rounded to float32 for the network. */
  float[] denoise(double[] state, double sigma) {
    float[] noisy = new float[elements];
    for (int i = 0; i < elements; i++) {
      noisy[i] = (float) state[i];
    }
    float[] sigmas = new float[elements / denoiser.imageShape().elements()];
    Arrays.fill(sigmas, (float) sigma);
    float[] denoised = denoiser.denoise(noisy, sigmas, conditioning);
    requireSize("the denoiser", denoised.length);
    return denoised;
  }

  /** The noise of a step, checked. */
  double[] draw(StepNoise stepNoise, int step) {
    double[] drawn = stepNoise.draw(step, elements);
    requireSize("the noise of step " + step, drawn.length);
    return drawn;
  }

  private void requireSize(String what, int answered) {
    if (answered != elements) {
      throw new IllegalStateException(
          what + " answered " + answered + " elements but the batch has " + elements);
    }
  }

  /** The slope (state - denoised) / sigma of the probability-flow ODE in (state, sigma) form. */
  double[] slope(double[] state, double sigma) {
    float[] denoised = denoise(state, sigma);
    double[] slope = new double[elements];
    for (int i = 0; i < elements; i++) {
      slope[i] = (state[i] - denoised[i]) / sigma;
    }
    return slope;
  }

  /** Standard normal noise scaled to the level {@code sigma}. */
  static double[] scaled(float[] noise, double sigma) {
    double[] state = new double[noise.length];
    for (int i = 0; i < noise.length; i++) {
      state[i] = noise[i] * sigma;
    }
    return state;
  }
}

package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.denoiser.ImageShape;

/**
 * The ideal denoiser of images whose pixels are each -1 or 1, give or take {@value #DEVIATION}: a
 * mixture of two Gaussians, for which the sampling ODE bends.
 */
final class MixtureDenoiser implements Denoiser {
  private static final double DEVIATION = 0.3;

  private final ImageShape shape;

  MixtureDenoiser(ImageShape shape) {
    this.shape = shape;
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
    float[] denoised = new float[noisy.length];
    for (int i = 0; i < noisy.length; i++) {
      denoised[i] = (float) denoised(noisy[i], sigma[i / shape.elements()]);
    }
    return denoised;
  }

  /** The two means shrunk towards the noisy value, each by its share of what is likely. */
  static double denoised(double noisy, double sigma) {
    double variance = DEVIATION * DEVIATION;
    double noise = sigma * sigma;
    double mean = Math.tanh(noisy / (variance + noise));
    return (variance * noisy + noise * mean) / (variance + noise);
  }
}

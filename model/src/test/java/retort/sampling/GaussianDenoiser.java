package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.denoiser.ImageShape;

/**
 * The ideal denoiser of images whose pixels are independent Gaussians, and the exact solution of
 * the sampling ODE for it: the deviation from the mean shrinks with {@code sqrt(s^2 + sigma^2)}.
 */
final class GaussianDenoiser implements Denoiser {

  private final ImageShape shape;
  private final double mean;
  private final double deviation;
  private int calls;

  GaussianDenoiser(ImageShape shape, double mean, double deviation) {
    this.shape = shape;
    this.mean = mean;
    this.deviation = deviation;
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
    calls++;
    float[] denoised = new float[noisy.length];
    for (int i = 0; i < noisy.length; i++) {
      double variance = deviation * deviation;
      double noiseVariance = (double) sigma[i / shape.elements()] * sigma[i / shape.elements()];
      denoised[i] =
          (float) ((variance * noisy[i] + noiseVariance * mean) / (variance + noiseVariance));
    }
    return denoised;
  }

  /** Where the ODE takes a state at level {@code sigma} when the noise is gone. */
  double solution(double state, double sigma) {
    return mean + (state - mean) * deviation / Math.hypot(deviation, sigma);
  }

  int calls() {
    return calls;
  }
}

package retort.trainer.distill;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

/**
 * The ideal denoiser of images whose pixels are independent Gaussians, {@code D(x; sigma) = (s^2 x
 * + sigma^2 mu) / (s^2 + sigma^2)}, with mu and s as its parameters: what it learns can be read
 * off.
 */
final class GaussianDenoisers {
  private GaussianDenoisers() {}

  /** For images [1, 1, pixels]. */
  static DenoiserModel of(double[] mean, double[] deviation) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, mean.length));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch()).reshape(-1, 1, 1, 1);
    Value mu = g.parameter("mu", row(mean));
    Value variance = g.parameter("s", row(deviation)).squared();
    Value noise = sigma.squared();
    g.output(
        DenoiserModel.DENOISED, x.times(variance).plus(noise.times(mu)).over(variance.plus(noise)));
    return new DenoiserModel(g.build(), 0.5, List.of(), Map.of());
  }

  private static Tensor row(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.floats(new int[] {1, 1, 1, floats.length}, floats);
  }

  static double[] mean(DenoiserModel model) {
    return Objects.requireNonNull(model.graph().parameters().get("mu")).reals();
  }

  static double[] deviation(DenoiserModel model) {
    return Objects.requireNonNull(model.graph().parameters().get("s")).reals();
  }
}

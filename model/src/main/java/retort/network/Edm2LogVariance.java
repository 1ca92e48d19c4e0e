package retort.network;

import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * What EDM2 learns of its own uncertainty: the logarithm {@code u(sigma)} of the variance of a
 * denoiser's error, by which training weighs the loss (Karras et al. 2024, Equation 22). Images do
 * not depend on it.
 *
 * @param channels Fourier features of the noise level, {@code logvar_channels} in the published
 *     code
 */
public record Edm2LogVariance(int channels) {
  public Edm2LogVariance {
    Edm2UNet.require(channels > 0, "channels of the log variance", channels, "at least 1");
  }

  /** The head that the published code builds from its arguments. */
  public static Edm2LogVariance of(Arguments arguments) {
    return new Edm2LogVariance(arguments.integer("logvar_channels", 128));
  }

  /**
   * Builds the head with fresh weights.
   *
   * @param seed of the initial weights
   */
  public Graph build(long seed) {
    return build(WeightSource.INITIAL, seed);
  }

  /**
   * Builds the head with the weights of a published one.
   *
   * @throws retort.graph.GraphException when a weight is missing or of another shape
   */
  public Graph build(WeightSource source) {
    return build(source, 0);
  }

  /** From {@code noise} [N], the value the embedding encodes, to {@code logvar} [N, 1, 1, 1]. */
  private Graph build(WeightSource source, long seed) {
    GraphBuilder g = new GraphBuilder();
    MagnitudePreserving layers = new MagnitudePreserving(g, source, seed);
    Value features = layers.fourier("logvar_fourier", g.input("noise", Shape.batch()), channels);
    g.output("logvar", layers.linear("logvar_linear", features, 1).reshape(-1, 1, 1, 1));
    return g.build();
  }
}

package retort.graph;

import static retort.graph.GraphAgreement.normal;

import java.util.Arrays;
import java.util.Map;

/** Small networks with everything that lowering and raising are about. */
public final class ExampleGraphs {
  private ExampleGraphs() {}

  /** A convolution, a group norm, Silu, Dropout and attention over an image [N, 4, 4, 4]. */
  public static Graph block() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4, 4, 4));
    Value h =
        x.conv(
            g.parameter("conv.weight", normal(1, 8, 4, 3, 3)),
            g.parameter("conv.bias", normal(2, 8)));
    h =
        h.groupNorm(
                2,
                1e-5,
                g.parameter("norm.weight", normal(3, 8)),
                g.parameter("norm.bias", normal(4, 8)))
            .silu()
            .dropout(0.1);
    Value heads = h.reshape(0, 2, 4, 16).transpose(0, 1, 3, 2);
    Value attended = heads.attend(heads.times(g.buffer("gain", Tensor.scalar(0.5))), heads);
    g.output("y", attended.transpose(0, 1, 3, 2).reshape(0, 8, 4, 4).plus(h).stopGradient());
    return g.build();
  }

  /** A denoiser in miniature: sigma enters through an embedding and through scalings. */
  public static Graph denoiser() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("noisy", Shape.batch(2, 4, 4));
    Value sigma = g.input("sigma", Shape.batch());
    Value label = g.input("label", Shape.batch(3));
    Value level = sigma.reshape(-1, 1, 1, 1);
    Value skip = level.squared().plus(0.25).reciprocal().times(0.25);
    Value waves = sigma.reshape(-1, 1).times(g.buffer("freqs", normal(5, 1, 3)));
    Value embedding = waves.sin().concat(waves.cos(), 1);
    embedding = embedding.linear(g.parameter("map.weight", normal(6, 5, 6))).silu();
    embedding = embedding.concat(label, 1).linear(g.parameter("affine.weight", normal(7, 2, 8)));
    Value h = x.conv(g.parameter("conv.weight", normal(8, 2, 2, 3, 3)), g.constant(normal(9, 2)));
    h = h.plus(embedding.reshape(-1, 2, 1, 1)).silu();
    g.output("denoised", x.times(skip).plus(h.times(level)));
    g.output("logvar", waves.mean(1));
    return g.build();
  }

  /** Values for {@link #denoiser}, with one sigma for all images. */
  public static Map<String, Tensor> denoiserFeeds(int n, float sigma) {
    float[] sigmas = new float[n];
    Arrays.fill(sigmas, sigma);
    return Map.of(
        "noisy", normal(10, n, 2, 4, 4),
        "sigma", Tensor.floats(new int[] {n}, sigmas),
        "label", normal(11, n, 3));
  }
}

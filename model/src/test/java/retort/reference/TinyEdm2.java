package retort.reference;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import retort.denoiser.DenoiserModel;
import retort.denoiser.Edm2Preconditioning;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.network.Arguments;
import retort.network.Edm2LogVariance;
import retort.network.Edm2UNet;

/**
 * A case without a reference: an EDM2 denoiser of 8x8 images with every kind of block, and the
 * filters of its weights.
 */
public final class TinyEdm2 {
  private TinyEdm2() {}

  /**
   * The denoiser, random in every parameter: gains start as zero, which hides what they scale.
   *
   * @param labels 0 or 2
   */
  public static DenoiserModel denoiser(int labels) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("img_resolution", 8);
    arguments.put("img_channels", 1);
    arguments.put("label_dim", labels);
    arguments.put("model_channels", 4);
    arguments.put("channel_mult", List.of(1, 2));
    arguments.put("num_blocks", 1);
    arguments.put("attn_resolutions", List.of(4));
    arguments.put("channels_per_head", 4);
    Graph network = Edm2UNet.of(new Arguments(arguments)).build(1);
    Graph graph = new Edm2Preconditioning(0.5).denoiser(network, new Edm2LogVariance(6).build(2));
    Map<String, Tensor> random = new HashMap<>();
    graph
        .parameters()
        .forEach((name, old) -> random.put(name, normal(name.hashCode(), old.shape())));
    return new DenoiserModel(
        graph.withWeights(random), 0.5, List.of("a", "b").subList(0, labels), Map.of());
  }

  /** Standard normal values, the same for the same seed. */
  public static Tensor normal(long seed, int... shape) {
    Random random = new Random(seed);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.floats(shape, values);
  }

  /** The filters of a weight, one a row. */
  public static double[][] filters(Tensor weight) {
    double[] values = weight.reals();
    double[][] filters = new double[weight.dim(0)][values.length / weight.dim(0)];
    for (int i = 0; i < values.length; i++) {
      filters[i / filters[0].length][i % filters[0].length] = values[i];
    }
    return filters;
  }

  /** The root mean square of some values. */
  public static double magnitude(double[] values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares / values.length);
  }
}

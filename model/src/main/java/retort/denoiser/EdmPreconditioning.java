package retort.denoiser;

import java.util.HashMap;
import java.util.Map;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * The preconditioning of Karras et al. 2022, Table 1, column "Ours": {@code D(x; sigma) = cSkip x +
 * cOut F(cIn x; cNoise)}, which keeps inputs and targets of the network F at unit variance.
 *
 * @param sigmaData standard deviation of the training images, 0.5 for images in [-1, 1]
 */
public record EdmPreconditioning(double sigmaData) {
  public EdmPreconditioning {
    if (!(sigmaData > 0)) {
      throw new IllegalArgumentException(
          "sigma_data is " + sigmaData + " but must be a positive standard deviation");
    }
  }

  /** {@code sd^2 / (sigma^2 + sd^2)}. */
  public Value cSkip(Value sigma) {
    return variance(sigma).reciprocal().times(sigmaData * sigmaData);
  }

  /** {@code sigma sd / sqrt(sigma^2 + sd^2)}. */
  public Value cOut(Value sigma) {
    return sigma.times(sigmaData).over(variance(sigma).sqrt());
  }

  /** {@code 1 / sqrt(sigma^2 + sd^2)}. */
  public Value cIn(Value sigma) {
    return variance(sigma).sqrt().reciprocal();
  }

  /** {@code ln(sigma) / 4}. */
  public static Value cNoise(Value sigma) {
    return sigma.log().over(4);
  }

  /** The loss weight {@code (sigma^2 + sd^2) / (sigma sd)^2}. */
  public Value lossWeight(Value sigma) {
    return variance(sigma).over(sigma.times(sigmaData).squared());
  }

  private Value variance(Value sigma) {
    return sigma.squared().plus(sigmaData * sigmaData);
  }

  /**
   * Wraps a network as a denoiser.
   *
   * @param network a graph with inputs {@code x} and {@code noise}, any conditioning, and outputs
   *     {@code f} and {@code features}; its weights get the prefix {@code model.}
   * @return a graph with inputs {@code noisy} [N, C, H, W], {@code sigma} [N] and the same
   *     conditioning, and outputs {@code denoised} and {@code features}
   */
  public Graph denoiser(Graph network) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new HashMap<>();
    Value noisy = null;
    Value sigma = null;
    for (Graph.Input input : network.inputs()) {
      switch (input.name()) {
        case "x" -> noisy = g.input(DenoiserModel.NOISY, input.shape());
        case "noise" -> sigma = g.input(DenoiserModel.SIGMA, input.shape());
        default -> arguments.put(input.name(), g.input(input.name(), input.shape()));
      }
    }
    if (noisy == null || sigma == null) {
      throw new IllegalArgumentException("the network should have inputs x and noise");
    }
    Value s = sigma.reshape(-1, 1, 1, 1);
    arguments.put("x", noisy.times(cIn(s)));
    arguments.put("noise", cNoise(sigma));
    Map<String, Value> out = g.call(network, "model.", arguments);
    Value f = java.util.Objects.requireNonNull(out.get("f"));
    g.output(DenoiserModel.DENOISED, noisy.times(cSkip(s)).plus(f.times(cOut(s))));
    g.output(DenoiserModel.FEATURES, java.util.Objects.requireNonNull(out.get("features")));
    return g.build();
  }
}

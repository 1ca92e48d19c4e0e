package retort.denoiser;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * The preconditioning of EDM2: that of {@link EdmPreconditioning}, beside which the denoiser may
 * say how uncertain it is at a noise level. Weights have the names of the published checkpoints.
 *
 * @param sigmaData standard deviation of the training images or latents
 */
public record Edm2Preconditioning(double sigmaData) {
  private static final String NETWORK = "unet.";
  private static final List<String> INPUTS = List.of("x", "noise", DenoiserModel.LABEL);

  public Edm2Preconditioning {
    if (!(sigmaData > 0)) {
      throw new IllegalArgumentException(
          "sigma_data is " + sigmaData + " but must be a positive standard deviation");
    }
  }

  /**
   * Wraps a network as a denoiser.
   *
   * @param network a graph with inputs {@code x} and {@code noise}, a {@code label} or none, and
   *     outputs {@code f} and {@code features}; its weights get the prefix {@code unet.}
   * @return a graph with inputs {@code noisy} [N, C, H, W], {@code sigma} [N] and the same label,
   *     and outputs {@code denoised} and {@code features}
   */
  public Graph denoiser(Graph network) {
    GraphBuilder g = new GraphBuilder();
    wrap(network, g);
    return g.build();
  }

  /**
   * Wraps a network as a denoiser that has the output {@code logvar} [N, 1, 1, 1] besides.
   *
   * @param network as for {@link #denoiser(Graph)}
   * @param logVariance a graph from {@code noise} [N] to {@code logvar}; its weights keep their
   *     names
   */
  public Graph denoiser(Graph network, Graph logVariance) {
    GraphBuilder g = new GraphBuilder();
    Value cNoise = wrap(network, g);
    Map<String, Value> out = g.call(logVariance, "", Map.of("noise", cNoise));
    g.output(DenoiserModel.LOGVAR, Objects.requireNonNull(out.get(DenoiserModel.LOGVAR)));
    return g.build();
  }

  /** Builds the denoiser and returns its cNoise [N]. */
  private Value wrap(Graph network, GraphBuilder g) {
    List<String> names = network.inputs().stream().map(Graph.Input::name).toList();
    if (!names.containsAll(List.of("x", "noise")) || !INPUTS.containsAll(names)) {
      throw new IllegalArgumentException(
          "the network's inputs are " + names + " but should be x, noise and at most label");
    }
    EdmPreconditioning edm = new EdmPreconditioning(sigmaData);
    Value noisy = g.input(DenoiserModel.NOISY, network.input("x").orElseThrow().shape());
    Value sigma = g.input(DenoiserModel.SIGMA, network.input("noise").orElseThrow().shape());
    Value s = sigma.reshape(-1, 1, 1, 1);
    Value cNoise = EdmPreconditioning.cNoise(sigma);
    Map<String, Value> arguments = new HashMap<>();
    arguments.put("x", noisy.times(edm.cIn(s)));
    arguments.put("noise", cNoise);
    network
        .input(DenoiserModel.LABEL)
        .ifPresent(label -> arguments.put(label.name(), g.input(label.name(), label.shape())));
    Map<String, Value> out = g.call(network, NETWORK, arguments);
    Value f = Objects.requireNonNull(out.get("f"));
    g.output(DenoiserModel.DENOISED, noisy.times(edm.cSkip(s)).plus(f.times(edm.cOut(s))));
    g.output(DenoiserModel.FEATURES, Objects.requireNonNull(out.get("features")));
    return cNoise;
  }
}

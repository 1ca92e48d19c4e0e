package retort.denoiser;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.EdmUNet;

/**
 * What turns a network F into a denoiser: {@code D(x; sigma) = cSkip x + cOut F(cIn x; cNoise)}.
 * The permitted classes are the columns of Karras et al. 2022, Table 1.
 */
public sealed interface Preconditioning
    permits EdmPreconditioning, VpPreconditioning, VePreconditioning, IddpmPreconditioning {

  /** {@code cIn x}, what the network sees of an image; sigma is {@code [N, 1, 1, 1]}. */
  Value networkImage(Value noisy, Value sigma);

  /** {@code cNoise} [N], what the network's embedding encodes; sigma is {@code [N]}. */
  Value networkNoise(GraphBuilder g, Value sigma);

  /** {@code cSkip x + cOut F}; sigma is {@code [N, 1, 1, 1]}. */
  Value denoised(Value noisy, Value sigma, Value f);

  /** The noise levels that it was made for. */
  SigmaRange sigmaRange();

  /** The class of the network where published arguments name none. */
  String defaultNetwork();

  /** Standard deviation of the training images: 0.5, unless the formula says another. */
  default double sigmaData() {
    return 0.5;
  }

  /** How many channels the network returns for images of {@code imageChannels}. */
  default int networkChannels(int imageChannels) {
    return imageChannels;
  }

  /**
   * Wraps a network as a denoiser.
   *
   * @param network a graph with inputs {@code x} and {@code noise}, any conditioning, and outputs
   *     {@code f} and {@code features}; its weights get the prefix {@code model.}
   * @return a graph with inputs {@code noisy} [N, C, H, W], {@code sigma} [N] and the same
   *     conditioning, and outputs {@code denoised} and {@code features}
   * @throws IllegalArgumentException when the network has other inputs, or returns another number
   *     of channels
   */
  default Graph denoiser(Graph network) {
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
    arguments.put("x", networkImage(noisy, s));
    arguments.put("noise", networkNoise(g, sigma));
    Map<String, Value> out = g.call(network, "model.", arguments);
    Value f = Objects.requireNonNull(out.get("f"));
    int expected = networkChannels(noisy.channels());
    if (f.channels() != expected) {
      throw new IllegalArgumentException(
          "the network returns "
              + f.channels()
              + " channels for images of "
              + noisy.channels()
              + " but its preconditioning needs "
              + expected);
    }
    g.output(DenoiserModel.DENOISED, denoised(noisy, s, f));
    g.output(DenoiserModel.FEATURES, Objects.requireNonNull(out.get("features")));
    return g.build();
  }

  /**
   * The network that published arguments of a preconditioning describe, with as many channels of
   * the result as it needs.
   *
   * @throws IllegalArgumentException when they give no network
   */
  default EdmUNet network(Arguments arguments) {
    EdmUNet network = EdmUNet.of(arguments.text("model_type", defaultNetwork()), arguments);
    return network.withOutChannels(networkChannels(network.plan().inChannels()));
  }

  /**
   * The preconditioning of a class with its arguments, which default as published.
   *
   * @param className the published class name, behind which SiDA writes {@code _EncoderDecoder}
   * @throws IllegalArgumentException when the class is another, or an argument gives no
   *     preconditioning
   */
  static Preconditioning of(String className, Arguments arguments) {
    // Precision is chosen when a denoiser runs, not when it is built.
    arguments.flag("use_fp16", false);
    return switch (className.split("_", 2)[0]) {
      case EdmPreconditioning.PUBLISHED -> EdmPreconditioning.of(arguments);
      case VpPreconditioning.PUBLISHED -> VpPreconditioning.of(arguments);
      case VePreconditioning.PUBLISHED -> VePreconditioning.of(arguments);
      case IddpmPreconditioning.PUBLISHED -> IddpmPreconditioning.of(arguments);
      default ->
          throw new IllegalArgumentException(
              "the preconditioning is a "
                  + className
                  + " but should be one of "
                  + String.join(
                      ", ",
                      EdmPreconditioning.PUBLISHED,
                      VpPreconditioning.PUBLISHED,
                      VePreconditioning.PUBLISHED,
                      IddpmPreconditioning.PUBLISHED));
    };
  }
}

package retort.trainer.distill;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The denoising loss of Karras et al. 2022, eq. 2 and Table 1: {@code w(sigma) (D(x + sigma n;
 * sigma, c, a) - x)^2}, {@code w(sigma) = (sigma^2 + sd^2) / (sigma sd)^2}.
 *
 * <p>It trains teachers on data, and the fake score network of SiD on the generator's images.
 */
public final class DenoisingLoss {
  /** Inputs of the graph. */
  public static final String IMAGES = "images";

  public static final String NOISE = "noise";

  /** Outputs of the graph: the scaled sum, and its terms [N, C, H, W]. */
  public static final String TOTAL = "total";

  public static final String LOSS = "loss";

  private DenoisingLoss() {}

  /**
   * Builds the loss.
   *
   * <p>Inputs: {@code images} and {@code noise} [N, C, H, W], {@code sigma} [N] and the denoiser's
   * conditioning. Outputs: {@code total}, the sum of all terms divided by {@code batch}, and {@code
   * loss}, the terms.
   *
   * @param denoiser the network that learns
   * @param batch images a step; the gradients of micro-batches add up to those of their mean
   */
  public static Graph of(DenoiserModel denoiser, int batch) {
    GraphBuilder g = new GraphBuilder();
    Graph network = denoiser.graph();
    Shape shape = network.input(DenoiserModel.NOISY).orElseThrow().shape();
    Value images = g.input(IMAGES, shape);
    Value noise = g.input(NOISE, shape);
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Value s = sigma.reshape(-1, 1, 1, 1);

    Map<String, Value> arguments = new HashMap<>();
    arguments.put(DenoiserModel.NOISY, images.plus(noise.times(s)));
    arguments.put(DenoiserModel.SIGMA, sigma);
    for (Graph.Input input : network.inputs()) {
      arguments.computeIfAbsent(input.name(), name -> g.input(name, input.shape()));
    }
    Value denoised = denoised(g, network, "", arguments);
    Value weight = new EdmPreconditioning(denoiser.sigmaData()).lossWeight(s);
    Value loss = denoised.minus(images).squared().times(weight);
    g.output(TOTAL, loss.sum().over(batch));
    g.output(LOSS, loss);
    return g.build();
  }

  /** Calls a denoiser for its estimate alone. */
  static Value denoised(GraphBuilder g, Graph network, String scope, Map<String, Value> arguments) {
    Graph estimate = network.withOutputs(java.util.List.of(DenoiserModel.DENOISED));
    return Objects.requireNonNull(g.call(estimate, scope, arguments).get(DenoiserModel.DENOISED));
  }
}

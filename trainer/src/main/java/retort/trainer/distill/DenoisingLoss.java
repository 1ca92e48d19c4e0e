package retort.trainer.distill;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The denoising loss of Karras et al. 2022, eq. 2 and Table 1: {@code w(sigma) (D(x + sigma n;
 * sigma, c, a) - x)^2}. A denoiser that knows the log variance u(sigma) of its error learns it too,
 * by {@code w / e^u (D - x)^2 + u} (Karras et al. 2024).
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

  /** The loss with the weight of EDM. */
  public static Graph of(DenoiserModel denoiser, int batch) {
    return of(denoiser, LossWeight.EDM, batch);
  }

  /**
   * Builds the loss.
   *
   * <p>Inputs: {@code images} and {@code noise} [N, C, H, W], {@code sigma} [N] and the denoiser's
   * conditioning. Outputs: {@code total}, the sum of all terms divided by {@code batch}, and {@code
   * loss}, the terms.
   *
   * @param denoiser the network that learns
   * @param weight w(sigma)
   * @param batch images a step; the gradients of micro-batches add up to those of their mean
   */
  public static Graph of(DenoiserModel denoiser, LossWeight weight, int batch) {
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
    Answer answer = Answer.of(g, network, "", arguments);
    Value loss = terms(answer, images, weight.of(s, denoiser.sigmaData()));
    g.output(TOTAL, loss.sum().over(batch));
    g.output(LOSS, loss);
    return g.build();
  }

  /** The terms [N, C, H, W] of what a denoiser answers to noisy images. */
  static Value terms(Answer answer, Value images, Value weight) {
    Value squares = answer.denoised().minus(images).squared();
    Value loss = squares.times(answer.overVariance(weight));
    return answer.logvar().map(loss::plus).orElse(loss);
  }

  /** Calls a denoiser for its estimate alone. */
  static Value denoised(GraphBuilder g, Graph network, String scope, Map<String, Value> arguments) {
    Graph estimate = network.withOutputs(List.of(DenoiserModel.DENOISED));
    return Objects.requireNonNull(g.call(estimate, scope, arguments).get(DenoiserModel.DENOISED));
  }
}

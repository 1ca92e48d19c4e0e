package retort.trainer.distill;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * A denoiser as a consistency function: one that at its lowest noise level returns what it is given
 * (Song et al. 2023, section 3 and appendix C).
 *
 * <p>Of {@code D = cSkip(sigma) y + cOut(sigma) F} it keeps the network F and moves the two factors
 * so that they are 1 and 0 at {@code sigmaMin}:
 *
 * <pre>{@code
 * f(y; sigma) = cSkip(sigma - sigmaMin) y + (1 - sigmaMin / sigma) (D - cSkip(sigma) y)
 * }</pre>
 *
 * <p>Far above it f is D. Signature and weights are those of the denoiser, so the file of a
 * consistency function is one of a denoiser like any other.
 */
final class ConsistencyFunction {
  private ConsistencyFunction() {}

  static DenoiserModel of(DenoiserModel denoiser, double sigmaMin) {
    EdmPreconditioning factors = new EdmPreconditioning(denoiser.sigmaData());
    Graph network = denoiser.withoutLogvar().graph();
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new TreeMap<>();
    for (Graph.Input input : network.inputs()) {
      arguments.put(input.name(), g.input(input.name(), input.shape()));
    }
    Value y = Objects.requireNonNull(arguments.get(DenoiserModel.NOISY));
    Value sigma = Objects.requireNonNull(arguments.get(DenoiserModel.SIGMA)).reshape(-1, 1, 1, 1);
    g.call(network, "", arguments)
        .forEach(
            (name, value) ->
                g.output(
                    name,
                    name.equals(DenoiserModel.DENOISED)
                        ? value
                            .minus(y.times(factors.cSkip(sigma)))
                            .times(sigma.minus(sigmaMin).over(sigma))
                            .plus(y.times(factors.cSkip(sigma.minus(sigmaMin))))
                        : value));
    return new DenoiserModel(
        g.build(), denoiser.sigmaData(), denoiser.labelNames(), denoiser.properties());
  }
}

package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.EdmUNet;

/**
 * The variance-exploding formulation of Song et al. 2021, Karras et al. 2022, Table 1, column VE:
 * {@code D(x; sigma) = x + sigma F(x; ln(sigma / 2))}.
 *
 * @param sigmaRange the noise levels of training
 */
public record VePreconditioning(SigmaRange sigmaRange) implements Preconditioning {
  static final String PUBLISHED = "VEPrecond";

  static VePreconditioning of(Arguments arguments) {
    return new VePreconditioning(
        new SigmaRange(arguments.decimal("sigma_min", 0.02), arguments.decimal("sigma_max", 100)));
  }

  @Override
  public Value networkImage(Value noisy, Value sigma) {
    return noisy;
  }

  @Override
  public Value networkNoise(GraphBuilder g, Value sigma) {
    return sigma.times(0.5).log();
  }

  @Override
  public Value denoised(Value noisy, Value sigma, Value f) {
    return noisy.plus(f.times(sigma));
  }

  @Override
  public String defaultNetwork() {
    return EdmUNet.SONG;
  }
}

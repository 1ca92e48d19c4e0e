package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.EdmUNet;
import retort.noise.VariancePreserving;

/**
 * The variance-preserving formulation of Song et al. 2021, Karras et al. 2022, Table 1, column VP:
 * {@code D(x; sigma) = x - sigma F(x / sqrt(sigma^2 + 1); (M - 1) t(sigma))}.
 *
 * @param schedule what time t has a noise level; its smallest time is the first of training
 * @param timesteps M, the steps that the network counts time in
 */
public record VpPreconditioning(VariancePreserving schedule, int timesteps)
    implements Preconditioning {
  static final String PUBLISHED = "VPPrecond";

  public VpPreconditioning {
    if (timesteps < 2) {
      throw new IllegalArgumentException("M is " + timesteps + " but should be at least 2 steps");
    }
  }

  static VpPreconditioning of(Arguments arguments) {
    VariancePreserving schedule =
        new VariancePreserving(
            arguments.decimal("beta_d", 19.9),
            arguments.decimal("beta_min", 0.1),
            arguments.decimal("epsilon_t", 1e-5));
    return new VpPreconditioning(schedule, arguments.integer("M", 1000));
  }

  @Override
  public Value networkImage(Value noisy, Value sigma) {
    return noisy.times(sigma.squared().plus(1).sqrt().reciprocal());
  }

  /**
   * {@code (M - 1) t}, {@code t = (sqrt(betaMin^2 + 2 betaD ln(1 + sigma^2)) - betaMin) / betaD}.
   */
  @Override
  public Value networkNoise(GraphBuilder g, Value sigma) {
    double betaD = schedule.betaD();
    double betaMin = schedule.betaMin();
    Value logVariance = sigma.squared().plus(1).log();
    Value root = logVariance.times(2 * betaD).plus(betaMin * betaMin).sqrt();
    return root.minus(betaMin).over(betaD).times(timesteps - 1);
  }

  @Override
  public Value denoised(Value noisy, Value sigma, Value f) {
    return noisy.minus(f.times(sigma));
  }

  @Override
  public SigmaRange sigmaRange() {
    return new SigmaRange(schedule.sigmaAt(schedule.epsilonS()), schedule.sigmaAt(1));
  }

  @Override
  public String defaultNetwork() {
    return EdmUNet.SONG;
  }
}

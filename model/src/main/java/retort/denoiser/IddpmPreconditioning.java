package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.EdmUNet;

/**
 * The formulation of Nichol and Dhariwal 2021, Karras et al. 2022, Table 1, column iDDPM: {@code
 * D(x; sigma) = x - sigma F(x / sqrt(sigma^2 + 1); M - 1 - j)}, where {@code u[j]} is the level of
 * a table that is nearest to sigma. The network returns a variance besides, which is not used.
 *
 * <p>The table is a buffer {@code u} of the denoiser's graph, as in published files, whose rounding
 * may differ by one unit; {@link retort.graph.Graph#withWeights} puts theirs in.
 *
 * @param c1 lower bound of the ratio of neighbouring signal levels
 * @param c2 how far the schedule stays from no signal
 * @param timesteps M, the steps of the table
 */
public record IddpmPreconditioning(double c1, double c2, int timesteps) implements Preconditioning {
  /** The name of the table among the weights. */
  public static final String TABLE = "u";

  static final String PUBLISHED = "iDDPMPrecond";
  private static final int MAX_TIMESTEPS = 1_000_000;

  public IddpmPreconditioning {
    if (!(c1 > 0 && c1 < 1 && c2 > 0 && Double.isFinite(c2))) {
      throw new IllegalArgumentException(
          "C_1 is "
              + c1
              + " and C_2 is "
              + c2
              + " but C_1 should lie between 0 and 1 and C_2 be positive: 0.001 and 0.008 are"
              + " published");
    }
    if (timesteps < 2 || timesteps > MAX_TIMESTEPS) {
      throw new IllegalArgumentException(
          "M is " + timesteps + " but should be 2 to " + MAX_TIMESTEPS + " steps");
    }
  }

  static IddpmPreconditioning of(Arguments arguments) {
    return new IddpmPreconditioning(
        arguments.decimal("C_1", 0.001),
        arguments.decimal("C_2", 0.008),
        arguments.integer("M", 1000));
  }

  /**
   * The noise levels {@code u[0] > ... > u[M] = 0}, with {@code u[j-1]^2 = (u[j]^2 + 1) /
   * max(alphaBar(j-1) / alphaBar(j), C_1) - 1}, each step rounded to float as published.
   */
  float[] table() {
    float[] u = new float[timesteps + 1];
    for (int j = timesteps; j > 0; j--) {
      float ratio = Math.max(alphaBar(j - 1) / alphaBar(j), (float) c1);
      u[j - 1] = (float) Math.sqrt((u[j] * u[j] + 1) / ratio - 1);
    }
    return u;
  }

  /** {@code sin(pi/2 * j / (M (C_2 + 1)))^2}. */
  private float alphaBar(int j) {
    float angle = (float) (Math.PI / 2) * j / timesteps / (float) (c2 + 1);
    float sine = (float) Math.sin(angle);
    return sine * sine;
  }

  @Override
  public Value networkImage(Value noisy, Value sigma) {
    return noisy.times(sigma.squared().plus(1).sqrt().reciprocal());
  }

  @Override
  public Value networkNoise(GraphBuilder g, Value sigma) {
    float[] u = table();
    Value levels = g.buffer(TABLE, Tensor.floats(new int[] {u.length}, u)).reshape(1, -1);
    Value nearest = sigma.reshape(-1, 1).minus(levels).abs().argMin(1).toFloat();
    return g.constant(timesteps - 1).minus(nearest);
  }

  @Override
  public Value denoised(Value noisy, Value sigma, Value f) {
    return noisy.minus(f.split(2, 1).get(0).times(sigma));
  }

  @Override
  public int networkChannels(int imageChannels) {
    return 2 * imageChannels;
  }

  @Override
  public SigmaRange sigmaRange() {
    float[] u = table();
    return new SigmaRange(u[timesteps - 1], u[0]);
  }

  @Override
  public String defaultNetwork() {
    return EdmUNet.DHARIWAL;
  }
}

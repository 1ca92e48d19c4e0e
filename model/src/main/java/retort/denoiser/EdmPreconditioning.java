package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.EdmUNet;

/**
 * The preconditioning of Karras et al. 2022, Table 1, column "Ours": {@code D(x; sigma) = cSkip x +
 * cOut F(cIn x; cNoise)}, which keeps inputs and targets of the network F at unit variance.
 *
 * @param sigmaData standard deviation of the training images, 0.5 for images in [-1, 1]
 * @param sigmaRange the noise levels it was made for, by default all
 */
public record EdmPreconditioning(double sigmaData, SigmaRange sigmaRange)
    implements Preconditioning {
  static final String PUBLISHED = "EDMPrecond";

  public EdmPreconditioning {
    if (!(sigmaData > 0)) {
      throw new IllegalArgumentException(
          "sigma_data is " + sigmaData + " but must be a positive standard deviation");
    }
  }

  /** For all noise levels. */
  public EdmPreconditioning(double sigmaData) {
    this(sigmaData, SigmaRange.ALL);
  }

  static EdmPreconditioning of(Arguments arguments) {
    return new EdmPreconditioning(
        arguments.decimal("sigma_data", 0.5),
        new SigmaRange(
            arguments.decimal("sigma_min", 0),
            arguments.decimal("sigma_max", Double.POSITIVE_INFINITY)));
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

  @Override
  public Value networkImage(Value noisy, Value sigma) {
    return noisy.times(cIn(sigma));
  }

  @Override
  public Value networkNoise(GraphBuilder g, Value sigma) {
    return cNoise(sigma);
  }

  @Override
  public Value denoised(Value noisy, Value sigma, Value f) {
    return noisy.times(cSkip(sigma)).plus(f.times(cOut(sigma)));
  }

  @Override
  public String defaultNetwork() {
    return EdmUNet.DHARIWAL;
  }
}

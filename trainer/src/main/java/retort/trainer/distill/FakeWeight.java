package retort.trainer.distill;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Value;

/** How much the fake score network's error counts at a noise level, where {@code SNR = 1/s^2}. */
public enum FakeWeight {
  /** {@code SNR + 1/sd^2}, with which teachers of the EDM family were trained. */
  EDM {
    @Override
    Value at(Value sigma, double sigmaData) {
      return new EdmPreconditioning(sigmaData).lossWeight(sigma);
    }
  },

  /** {@code SNR}, by which the error of the image is that of the noise: for DDPM teachers. */
  SNR {
    @Override
    Value at(Value sigma, double sigmaData) {
      return sigma.squared().reciprocal();
    }
  };

  abstract Value at(Value sigma, double sigmaData);

  /**
   * The weight of a name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static FakeWeight named(String name) {
    return Arrays.stream(values())
        .filter(weight -> weight.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--fake-weight is "
                        + name
                        + " but should be "
                        + Arrays.stream(values())
                            .map(FakeWeight::toString)
                            .collect(Collectors.joining(" or "))));
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

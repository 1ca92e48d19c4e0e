package retort.trainer.distill;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Value;

/**
 * What an error of the clean image counts at a noise level. With {@code SNR = 1 / sigma^2} an error
 * of the noise is SNR times that of the image, and one of the velocity {@code SNR + 1} times, so
 * each of them is a weight (Salimans and Ho 2022, section 4).
 */
public enum ProgressiveWeight {
  /** {@code max(SNR, 1)}: the larger of the errors of image and noise. */
  SNR_TRUNC {
    @Override
    Value of(Value sigma, double sigmaData) {
      return SNR.of(sigma, sigmaData).atLeast(1);
    }
  },
  /** {@code SNR + 1}: the error of the velocity. */
  V_MSE {
    @Override
    Value of(Value sigma, double sigmaData) {
      return SNR.of(sigma, sigmaData).plus(1);
    }
  },
  /** {@code SNR}: the error of the noise. */
  SNR {
    @Override
    Value of(Value sigma, double sigmaData) {
      return sigma.squared().reciprocal();
    }
  },
  /** 1: the error of the image. */
  CONSTANT {
    @Override
    Value of(Value sigma, double sigmaData) {
      return sigma.times(0).plus(1);
    }
  },
  /** {@code SNR + 1 / sd^2}, with which EDM teachers learn. */
  EDM {
    @Override
    Value of(Value sigma, double sigmaData) {
      return new EdmPreconditioning(sigmaData).lossWeight(sigma);
    }
  };

  /** The weights of noise levels, in their shape. */
  abstract Value of(Value sigma, double sigmaData);

  /**
   * The weight of a name, as {@code --loss-weight} takes it.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static ProgressiveWeight named(String name) {
    return Arrays.stream(values())
        .filter(weight -> weight.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--loss-weight is "
                        + name
                        + " but should be "
                        + Arrays.stream(values())
                            .map(ProgressiveWeight::toString)
                            .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package retort.trainer.distill;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Value;

/**
 * What an error of the clean image counts at a noise level. With {@code SNR = 1 / sigma^2} an error
 * of the noise is SNR times that of the image, and one of the velocity {@code SNR + 1} times, so
 * each of them is a weight (Salimans and Ho 2022, section 4; Karras et al. 2022, Table 1).
 */
public enum LossWeight {
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
  /** {@code SNR}: the error of the noise; the VP and VE losses, and DDPM teachers, count it. */
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
  /** {@code SNR + 1 / sd^2}, with which EDM teachers learn: every level begins with the loss 1. */
  EDM {
    @Override
    Value of(Value sigma, double sigmaData) {
      return new EdmPreconditioning(sigmaData).lossWeight(sigma);
    }
  };

  /** The weights of noise levels, in their shape. */
  abstract Value of(Value sigma, double sigmaData);

  /**
   * The weight of a name.
   *
   * @param flag that takes it, for the message
   * @param choices those that the flag has
   * @throws IllegalArgumentException when it is none of them
   */
  public static LossWeight named(String flag, String name, LossWeight... choices) {
    return Arrays.stream(choices)
        .filter(weight -> weight.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    flag
                        + " is "
                        + name
                        + " but should be "
                        + Arrays.stream(choices)
                            .map(LossWeight::toString)
                            .collect(Collectors.joining(choices.length == 2 ? " or " : ", "))));
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

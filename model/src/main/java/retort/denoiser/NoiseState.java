package retort.denoiser;

import java.util.Locale;
import retort.graph.Value;

/** How much a network's noisy input is scaled down from {@code y = x + sigma eps}. */
public enum NoiseState {
  /** Not at all, as in Karras et al. 2022 and score networks with exploding variance. */
  EXPLODING {
    @Override
    Value scaled(Value y, Value sigma) {
      return y;
    }
  },
  /** By {@code 1 / sqrt(1 + sigma^2)}, so that the variance stays near 1: DDPM. */
  PRESERVING {
    @Override
    Value scaled(Value y, Value sigma) {
      return y.over(sigma.squared().plus(1).sqrt());
    }
  },
  /** By {@code 1 / (1 + sigma)}, the line from image to noise: rectified flow. */
  INTERPOLATED {
    @Override
    Value scaled(Value y, Value sigma) {
      return y.over(sigma.plus(1));
    }
  };

  /** The network's input; sigma is {@code [N, 1, 1, 1]}, both in the units of the network. */
  abstract Value scaled(Value y, Value sigma);

  /**
   * The state of a name, as {@code --state} takes it.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static NoiseState named(String name) {
    for (NoiseState state : values()) {
      if (state.toString().equals(name)) {
        return state;
      }
    }
    throw new IllegalArgumentException(
        "--state is " + name + " but should be exploding, preserving or interpolated");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package retort.denoiser;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import retort.graph.Value;

/**
 * What a network answers, of an image x and noise eps with {@code y = x + sigma eps}.
 *
 * <p>Every answer gives the clean image back from y and sigma alone, however the network's input
 * was scaled: solve its definition and that of y for x.
 */
public enum Prediction {
  /** The clean image x. */
  DENOISED {
    @Override
    Value denoised(Value y, Value sigma, Value answer) {
      return answer;
    }
  },
  /** The noise eps: {@code x = y - sigma eps}. */
  EPS {
    @Override
    Value denoised(Value y, Value sigma, Value answer) {
      return y.minus(sigma.times(answer));
    }
  },
  /**
   * The velocity on the circle, {@code v = (eps - sigma x) / sqrt(1 + sigma^2)}; Salimans and Ho,
   * <em>Progressive distillation for fast sampling of diffusion models</em>, 2022, appendix D.
   */
  V {
    @Override
    Value denoised(Value y, Value sigma, Value answer) {
      Value squares = sigma.squared().plus(1);
      return y.over(squares).minus(sigma.over(squares.sqrt()).times(answer));
    }
  },
  /** The clean image x, under the name that diffusers gives it. */
  SAMPLE {
    @Override
    Value denoised(Value y, Value sigma, Value answer) {
      return answer;
    }
  },
  /**
   * The clean image x and the noise eps, one behind the other in twice the channels, weighed by how
   * much each is worth: {@code w x + (1 - w) (y - sigma eps)} with {@code w = sigma^2 / (1 +
   * sigma^2)}; Salimans and Ho 2022, section 4.
   */
  BOTH {
    @Override
    Value denoised(Value y, Value sigma, Value answer) {
      List<Value> parts = answer.split(2, 1);
      Value variance = sigma.squared();
      Value byNoise = y.minus(sigma.times(parts.get(1)));
      return parts.get(0).times(variance).plus(byNoise).over(variance.plus(1));
    }

    @Override
    int channels(int imageChannels) {
      return 2 * imageChannels;
    }
  },
  /**
   * The velocity on the straight line, {@code u = eps - x}; Liu et al., <em>Flow straight and
   * fast</em>, 2022. Where time runs from noise to image the network answers {@code x - eps}.
   */
  FLOW {
    @Override
    Value denoised(Value y, Value sigma, Value answer) {
      return y.minus(sigma.times(answer)).over(sigma.plus(1));
    }
  };

  /** The clean image; sigma is {@code [N, 1, 1, 1]}, all in the units of the network. */
  abstract Value denoised(Value y, Value sigma, Value answer);

  /** How many channels the answer has for images of {@code imageChannels}. */
  int channels(int imageChannels) {
    return imageChannels;
  }

  /**
   * The prediction of a name, as {@code --predicts} takes it.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Prediction named(String name) {
    for (Prediction prediction : values()) {
      if (prediction.toString().equals(name)) {
        return prediction;
      }
    }
    throw new IllegalArgumentException(
        "--predicts is "
            + name
            + " but should be "
            + Arrays.stream(values()).map(Prediction::toString).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

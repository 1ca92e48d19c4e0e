package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * A network that is told sigma itself: schedule {@code karras}.
 *
 * @param form what it is told of sigma
 * @param state how its noisy input is scaled
 */
public record SigmaTime(Form form, NoiseState state) implements NetworkTime {
  /** A function of sigma. */
  public enum Form {
    /** {@code sigma}. */
    SIGMA("sigma"),
    /** {@code ln sigma}. */
    LOG("log"),
    /** {@code ln(sigma) / 4}, cNoise of Karras et al. 2022. */
    LOG_QUARTER("log/4");

    private final String flag;

    Form(String flag) {
      this.flag = flag;
    }

    /**
     * The form of a name, as {@code --time-form} takes it.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Form named(String name) {
      for (Form form : values()) {
        if (form.flag.equals(name)) {
          return form;
        }
      }
      throw new IllegalArgumentException(
          "--time-form is " + name + " but should be sigma, log or log/4");
    }

    @Override
    public String toString() {
      return flag;
    }
  }

  /** A network whose noisy input is not scaled. */
  public SigmaTime(Form form) {
    this(form, NoiseState.EXPLODING);
  }

  @Override
  public Value at(GraphBuilder g, Value sigma) {
    return switch (form) {
      case SIGMA -> sigma;
      case LOG -> sigma.log();
      case LOG_QUARTER -> EdmPreconditioning.cNoise(sigma);
    };
  }

  @Override
  public SigmaRange trained() {
    return SigmaRange.ALL;
  }
}

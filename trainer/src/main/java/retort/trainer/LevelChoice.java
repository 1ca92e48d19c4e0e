package retort.trainer;

import java.util.Locale;
import retort.noise.KarrasSchedule;
import retort.noise.NoiseSchedule;
import retort.noise.VarianceExploding;

/** How the levels of a sampler are spread between the first and the last. */
enum LevelChoice {
  /** Evenly in {@code sigma^(1/rho)}. */
  KARRAS {
    @Override
    NoiseSchedule levels(double last, double first, double rho) {
      return new KarrasSchedule(last, first, rho);
    }
  },

  /** Evenly in {@code lambda = -ln sigma}. */
  LAMBDA {
    @Override
    NoiseSchedule levels(double last, double first, double rho) {
      return new VarianceExploding(last, first);
    }
  };

  /** A schedule; only Karras' takes rho. */
  abstract NoiseSchedule levels(double last, double first, double rho);

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

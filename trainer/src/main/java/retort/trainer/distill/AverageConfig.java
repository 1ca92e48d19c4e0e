package retort.trainer.distill;

/** The law by which the moving average of weights forgets, counted in images. */
public sealed interface AverageConfig {
  /**
   * The share of the average that stays in a step.
   *
   * @param batch images of the step
   * @param imagesSeen images shown before it
   */
  double beta(int batch, long imagesSeen);

  /** See {@link HalfLife}. */
  static AverageConfig halfLife(double images, double ramp) {
    return new HalfLife(images, ramp);
  }

  /** See {@link PowerLaw}. */
  static AverageConfig power(double relativeDeviation) {
    return new PowerLaw(relativeDeviation);
  }

  /**
   * A half-life that grows with the run up to a bound (Karras et al. 2022).
   *
   * @param images after how many images an old value counts half, at most
   * @param ramp the half-life as a share of the images seen so far, 0.05 in EDM
   */
  record HalfLife(double images, double ramp) implements AverageConfig {
    public HalfLife {
      if (!(images >= 0 && ramp > 0)) {
        throw new IllegalArgumentException(
            "the average's half-life is "
                + images
                + " images and its ramp "
                + ramp
                + ", but should be at least 0 and above 0");
      }
    }

    /** {@code 0.5^(batch / min(halfLife, ramp * imagesSeen))}, which is 0 at the first step. */
    @Override
    public double beta(int batch, long imagesSeen) {
      double halfLife = Math.min(images, ramp * imagesSeen);
      return Math.pow(0.5, batch / Math.max(halfLife, 1e-8));
    }
  }

  /**
   * A profile that keeps its form however long the run is: after N images the weights at n count as
   * {@code (n / N)^gamma}. Runs that kept such averages can make those of other widths afterwards,
   * see {@link PowerAverages} (Karras et al., <em>Analyzing and improving the training dynamics of
   * diffusion models</em>, 2024, section 3.1).
   *
   * @param relativeDeviation standard deviation of that profile as a share of the run's length,
   *     0.05 and 0.10 in EDM2
   */
  record PowerLaw(double relativeDeviation) implements AverageConfig {
    /** A profile with exponent 0, all weights alike, has the deviation of a uniform law. */
    private static final double LARGEST = 1 / Math.sqrt(12);

    public PowerLaw {
      if (!(relativeDeviation > 0 && relativeDeviation <= LARGEST)) {
        throw new IllegalArgumentException(
            "the average's relative deviation is "
                + relativeDeviation
                + " but should be above 0 and at most 0.2886; EDM2 uses 0.05 and 0.10");
      }
    }

    /** The exponent: the largest g with {@code (g + 1) / ((g + 2)^2 (g + 3)) = deviation^2}. */
    public double gamma() {
      double low = 0;
      double high = 1 / relativeDeviation; // g + 2 is less
      for (int halving = 0; halving < Double.SIZE; halving++) {
        double g = (low + high) / 2;
        boolean wide = Math.sqrt((g + 1) / (g + 3)) / (g + 2) > relativeDeviation;
        low = wide ? g : low;
        high = wide ? high : g;
      }
      return high;
    }

    /** {@code (1 - batch / N)^(gamma + 1)}, N the images after this step; 0 at the first step. */
    @Override
    public double beta(int batch, long imagesSeen) {
      return Math.pow(1 - batch / ((double) imagesSeen + batch), gamma() + 1);
    }
  }
}

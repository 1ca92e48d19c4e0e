package retort.trainer.distill;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes an average that no run kept from those that one kept: of another width, or earlier.
 *
 * <p>The average of a {@link AverageConfig.PowerLaw} at N images is the integral of the weights
 * over the run with the density {@code (gamma + 1) n^gamma / N^(gamma + 1)}. The sum of stored
 * averages whose density comes closest to the wanted one in the mean square solves {@code A x = b},
 * A the inner products of stored densities and b those with the wanted one (Karras et al.,
 * <em>Analyzing and improving the training dynamics of diffusion models</em>, 2024, section 3.2).
 */
public final class PowerAverages {
  private PowerAverages() {}

  /**
   * One average.
   *
   * @param images N, after which it was stored
   * @param law its width
   */
  public record Snapshot(long images, AverageConfig.PowerLaw law) {
    public Snapshot {
      if (images < 1) {
        throw new IllegalArgumentException(
            "an average was stored after " + images + " images but should be after 1 or more");
      }
    }

    /** The integral of the product of both densities. */
    double product(Snapshot other) {
      double g = law.gamma();
      double h = other.law.gamma();
      double ratio = (double) images / other.images;
      double overlap = Math.pow(ratio, images < other.images ? h : -g);
      return (g + 1) * (h + 1) * overlap / ((g + h + 1) * Math.max(images, other.images));
    }
  }

  /**
   * How much of each stored average makes the wanted one; the shares sum to 1, and some are
   * negative.
   *
   * @param stored averages of one run, no two alike
   */
  public static double[] shares(List<Snapshot> stored, Snapshot wanted) {
    if (stored.isEmpty() || stored.stream().distinct().count() < stored.size()) {
      throw new IllegalArgumentException(
          "the averages " + stored + " are none, or two are alike: pass each once");
    }
    int n = stored.size();
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      Snapshot one = stored.get(i);
      // Scaled to a diagonal of 1, so that early averages do not outweigh late ones.
      double scale = Math.sqrt(one.product(one));
      rows[i] =
          IntStream.rangeClosed(0, n)
              .mapToObj(j -> j < n ? stored.get(j) : wanted)
              .mapToDouble(other -> one.product(other) / scale)
              .toArray();
    }
    double[] shares = solve(rows);
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    for (int i = 0; i < n; i++) {
      shares[i] /= sum;
    }
    return shares;
  }

  /** Gauss elimination of rows [n][n + 1] with partial pivoting. */
  private static double[] solve(double[][] rows) {
    int n = rows.length;
    for (int column = 0; column < n; column++) {
      for (int row = column + 1; row < n; row++) {
        if (Math.abs(rows[row][column]) > Math.abs(rows[column][column])) {
          double[] larger = rows[row];
          rows[row] = rows[column];
          rows[column] = larger;
        }
      }
      for (int row = column + 1; row < n; row++) {
        double factor = rows[row][column] / rows[column][column];
        for (int i = column; i <= n; i++) {
          rows[row][i] -= factor * rows[column][i];
        }
      }
    }
    double[] solution = new double[n];
    for (int row = n - 1; row >= 0; row--) {
      double rest = rows[row][n];
      for (int i = row + 1; i < n; i++) {
        rest -= rows[row][i] * solution[i];
      }
      solution[row] = rest / rows[row][row];
    }
    return solution;
  }

  /**
   * The wanted average.
   *
   * @param stored the values of each stored average, all of one length
   * @param shares of {@link #shares}
   */
  public static float[] combine(List<float[]> stored, double[] shares) {
    float[] combined = new float[stored.get(0).length];
    for (int i = 0; i < combined.length; i++) {
      double sum = 0;
      for (int k = 0; k < shares.length; k++) {
        sum += shares[k] * stored.get(k)[i];
      }
      combined[i] = (float) sum;
    }
    return combined;
  }
}

package retort.statistics;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The squared distances from each row of a set to its nearest neighbours in the same set, gathered
 * from pairs of tiles. The smallest of all distances do not depend on the order in which they come,
 * nor on how the pairs are shared among threads.
 */
final class Neighbourhoods {
  private final FeatureRows rows;
  private final SquaredDistances distances;
  private final double[][] nearest; // [row][neighbour], ascending
  private final double[] radii; // the last of each

  private Neighbourhoods(FeatureRows rows, int neighbours) {
    this.rows = rows;
    this.distances = new SquaredDistances(rows, rows);
    this.nearest = new double[rows.count()][neighbours];
    this.radii = new double[rows.count()];
    Arrays.fill(radii, Double.POSITIVE_INFINITY);
    for (double[] one : nearest) {
      Arrays.fill(one, Double.POSITIVE_INFINITY);
    }
  }

  /**
   * The squared distance from each row to its k-th nearest neighbour, itself not counted.
   *
   * @throws IllegalArgumentException when the set has no k neighbours
   */
  static double[] squaredRadii(FeatureRows rows, int neighbours) {
    if (neighbours < 1 || rows.count() <= neighbours) {
      throw new IllegalArgumentException(
          "a set of "
              + rows.count()
              + " rows has no neighbour number "
              + neighbours
              + ": at least 1 neighbour and one row more than neighbours are needed");
    }
    int tiles = PairTile.tiles(rows);
    return IntStream.range(0, tiles * (tiles / 2 + 1))
        .parallel()
        .collect(
            () -> new Neighbourhoods(rows, neighbours),
            Neighbourhoods::compare,
            Neighbourhoods::merge)
        .radii;
  }

  /**
   * Compares a pair of tiles. Pairs are numbered by how far the second tile is after the first, all
   * tiles in a circle, so that equal shares of the numbers are equal shares of the work.
   */
  private void compare(int pair) {
    int tiles = PairTile.tiles(rows);
    int here = pair % tiles;
    int ahead = pair / tiles;
    if (2 * ahead == tiles && here >= ahead) {
      return; // Half round the circle, both tiles would meet a second time.
    }
    int there = (here + ahead) % tiles;
    distances.move(here, there);
    for (int i = 0; i < PairTile.height(rows, here); i++) {
      int x = here * PairTile.SIDE + i;
      double[] bounds = distances.lowerBounds(i);
      int end = ahead == 0 ? i : PairTile.height(rows, there);
      for (int j = 0; j < end; j++) {
        int y = there * PairTile.SIDE + j;
        if (bounds[j] <= Math.max(radii[x], radii[y])) {
          double distance = distances.of(i, j);
          insert(x, distance);
          insert(y, distance);
        }
      }
    }
  }

  /** Puts a distance in its place among the smallest of a row, of which the largest goes. */
  private void insert(int row, double distance) {
    if (!(distance < radii[row])) {
      return;
    }
    double[] smallest = nearest[row];
    int place = smallest.length - 1;
    while (place > 0 && smallest[place - 1] > distance) {
      smallest[place] = smallest[place - 1];
      place--;
    }
    smallest[place] = distance;
    radii[row] = smallest[smallest.length - 1];
  }

  private void merge(Neighbourhoods other) {
    for (int row = 0; row < nearest.length; row++) {
      for (double distance : other.nearest[row]) {
        insert(row, distance);
      }
    }
  }
}

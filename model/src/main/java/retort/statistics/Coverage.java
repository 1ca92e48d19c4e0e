package retort.statistics;

/** Which rows of two sets lie in a ball around a row of the other, gathered from pairs of tiles. */
final class Coverage {
  private final FeatureRows here;
  private final double[] radiiHere;
  private final FeatureRows there;
  private final double[] radiiThere;
  private final SquaredDistances distances;
  private final boolean[] coveredHere;
  private final boolean[] coveredThere;

  /** Nothing compared yet. */
  Coverage(Manifold here, Manifold there) {
    this.here = here.rows();
    this.radiiHere = here.squaredRadii();
    this.there = there.rows();
    this.radiiThere = there.squaredRadii();
    this.coveredHere = new boolean[this.here.count()];
    this.coveredThere = new boolean[this.there.count()];
    this.distances = new SquaredDistances(this.here, this.there);
  }

  /** The share of the rows here that lie in the ball of a row there. */
  double shareHere() {
    return share(coveredHere);
  }

  /** The share of the rows there that lie in the ball of a row here. */
  double shareThere() {
    return share(coveredThere);
  }

  private static double share(boolean... covered) {
    int count = 0;
    for (boolean one : covered) {
      count += one ? 1 : 0;
    }
    return (double) count / covered.length;
  }

  /** Compares a pair of tiles. */
  void compare(int pair) {
    int tileHere = pair / PairTile.tiles(there);
    int tileThere = pair % PairTile.tiles(there);
    distances.move(tileHere, tileThere);
    for (int i = 0; i < PairTile.height(here, tileHere); i++) {
      int x = tileHere * PairTile.SIDE + i;
      double[] bounds = distances.lowerBounds(i);
      for (int j = 0; j < PairTile.height(there, tileThere); j++) {
        int y = tileThere * PairTile.SIDE + j;
        boolean maybeHere = bounds[j] <= radiiThere[y] && !coveredHere[x];
        boolean maybeThere = bounds[j] <= radiiHere[x] && !coveredThere[y];
        if (maybeHere || maybeThere) {
          double distance = distances.of(i, j);
          coveredHere[x] |= distance <= radiiThere[y];
          coveredThere[y] |= distance <= radiiHere[x];
        }
      }
    }
  }

  /** Adds what another has found. */
  void merge(Coverage other) {
    add(coveredHere, other.coveredHere);
    add(coveredThere, other.coveredThere);
  }

  private static void add(boolean[] to, boolean... covered) {
    for (int row = 0; row < to.length; row++) {
      to[row] |= covered[row];
    }
  }
}

package retort.server.generator;

/**
 * What runs on the machine, as scheduling sees it: how much of the machine a run takes and for how
 * long, whatever goes in and comes out.
 */
public interface Network {
  /** Images, or other results, of one run at most. */
  int maxBatch();

  /** Cores that a run takes of those that runs share, for as long as it lasts. */
  int cores();

  /** How long runs last. */
  RunCosts costs();
}

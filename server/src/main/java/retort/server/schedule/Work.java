package retort.server.schedule;

import retort.server.generator.Network;

/**
 * Something that waits until a network has made it: an image of a generator, or whatever else runs
 * on the same cores. Called by many threads.
 */
public interface Work {
  /** What makes it. */
  Network network();

  /** By when it should be made, in nanoseconds of {@link Time}; the queue goes by it. */
  long due();

  /** Whether it is a frame of a stream that was admitted: those go first. */
  boolean paced();

  /**
   * Whether nobody waits any more: the call was cancelled, or its deadline passed. Such work is
   * never begun, and nothing is told. Once true it stays true. Called often.
   */
  boolean gone();

  /** Whether one run can make this and another. */
  default boolean joins(Work other) {
    return network() == other.network() && getClass() == other.getClass();
  }

  /**
   * Makes all works of a batch, of which this is the first and which it {@link #joins}. Tells each
   * of them what came of it, and throws errors only.
   *
   * @return whether all were made, so that the time it took tells what a run costs
   */
  boolean make(Batch batch);
}

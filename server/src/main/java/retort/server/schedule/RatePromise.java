package retort.server.schedule;

import java.util.function.DoubleConsumer;

/**
 * The highest rate that a stream may come to, by the updates it has taken. Whoever admits streams
 * is asked before it rises and told after it has fallen. Not thread-safe.
 */
final class RatePromise {
  private final DoubleConsumer promise;
  private double fps;

  /**
   * What was promised when the stream was admitted.
   *
   * @param promise throws {@link RefusedException} where the rate must not rise
   */
  RatePromise(double fps, DoubleConsumer promise) {
    this.fps = fps;
    this.promise = promise;
  }

  /** Makes sure of a rate. */
  void raise(double wanted) {
    if (wanted > fps) {
      promise.accept(wanted);
      fps = wanted;
    }
  }

  /** Gives back what is above the highest rate that the stream may still come to. */
  void fall(double highest) {
    if (highest < fps) {
      fps = highest;
      promise.accept(highest);
    }
  }
}

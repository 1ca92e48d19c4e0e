package retort.clients;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time, up to a limit, of which a
 * random half is left out, so that many clients of a server that returns do not come at once.
 *
 * @param first before the first repetition
 * @param longest before any
 * @param random may be shared between threads
 */
record Backoff(Duration first, Duration longest, RandomGenerator random) {
  private static final int MAX_DOUBLINGS = 30;

  Backoff(RandomGenerator random) {
    this(Duration.ofMillis(100), Duration.ofSeconds(5), random);
  }

  /**
   * The time to wait.
   *
   * @param repetition 1 for the first
   */
  long nanos(int repetition) {
    long doubled = first.toNanos() << Math.min(repetition - 1, MAX_DOUBLINGS);
    long most = Math.min(doubled, longest.toNanos());
    return most - random.nextLong(most / 2 + 1);
  }
}

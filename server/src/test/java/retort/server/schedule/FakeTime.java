package retort.server.schedule;

import java.time.Duration;

/** A clock moved by hand. It starts just before its numbers wrap around, as they may. */
final class FakeTime implements Time {
  private long now = Long.MAX_VALUE - Duration.ofMillis(150).toNanos();

  @Override
  public long nanos() {
    return now;
  }

  void passMillis(long millis) {
    now += Duration.ofMillis(millis).toNanos();
  }
}

package retort.server.schedule;

import org.jspecify.annotations.Nullable;

/** Updates in a test's words. */
final class Updates {
  private Updates() {}

  static StreamUpdate seed(long seed) {
    return new StreamUpdate(seed, null, null, null, null, null, null, null, null);
  }

  static StreamUpdate label(int label) {
    return new StreamUpdate(null, label, null, null, null, null, null, null, null);
  }

  static StreamUpdate speed(double speed) {
    return new StreamUpdate(null, null, speed, null, null, null, null, null, null);
  }

  static StreamUpdate fps(double fps) {
    return new StreamUpdate(null, null, null, fps, null, null, null, null, null);
  }

  static StreamUpdate transition(int frames) {
    return new StreamUpdate(null, null, null, null, null, null, null, null, frames);
  }

  /** An update that binds to the next frame that is made. */
  static Steering next(long id, StreamUpdate update) {
    return new Steering(id, null, update, null, 0);
  }

  /** An update that binds to a frame of its own. */
  static Steering from(long index, long id, StreamUpdate update) {
    return new Steering(id, index, update, null, 0);
  }

  static Steering clock(long id, @Nullable Boolean paused, int steps) {
    return new Steering(id, null, StreamUpdate.NONE, paused, steps);
  }
}

package retort.server.schedule;

/**
 * Where a stream stands: all that is needed to go on, here or on another server with the same model
 * file.
 *
 * @param digest SHA-256 of the model file, lower-case hexadecimal
 * @param plan what it shows
 * @param next index of the frame that comes next
 * @param dropped frames dropped so far
 */
public record StreamState(String digest, StreamPlan plan, long next, long dropped) {
  public StreamState {
    if (next < 0 || dropped < 0 || dropped > next) {
      throw new IllegalArgumentException(
          "of " + next + " frames " + dropped + " dropped: this cannot be");
    }
  }

  /** A stream that begins. */
  public static StreamState beginning(String digest, StreamPlan plan) {
    return new StreamState(digest, plan, 0, 0);
  }
}

package retort.server.schedule;

import retort.server.generator.Origin;

/**
 * A move from one image to where the walk is by then, over so many frames.
 *
 * @param from where the image stood
 * @param index of the first frame of the move, which already is on its way
 * @param frames that the move takes; the last of them has arrived
 */
public record Transition(Origin from, long index, int frames) {
  /** A quarter of an hour at 100 frames a second. */
  public static final int MAX_FRAMES = 100_000;

  public Transition {
    if (index < 0 || frames < 2 || frames > MAX_FRAMES) {
      throw new IllegalArgumentException(
          "a transition of " + frames + " frames from frame " + index + ": this cannot be");
    }
  }

  /** Whether frame k has arrived. */
  public boolean over(long k) {
    return k - index >= frames - 1;
  }

  /**
   * What frame k is made from, at the first frame of the move or later.
   *
   * @param walk where the walk is at frame k
   */
  Origin origin(long k, Origin walk) {
    return over(k) ? walk : walk.movingFrom(from, (k - index + 1) / (double) frames);
  }
}

package retort.server.schedule;

import java.util.List;
import retort.server.generator.Origin;
import retort.server.image.ImageFormat;

/**
 * What a stream shows, and at what rate: a walk through latent space from keyframe to keyframe.
 * Where a frame stands on it is told by {@link StreamState}.
 *
 * @param seed of keyframe 0; keyframe i has {@code seed + i}, wrapping
 * @param label of every keyframe, or {@link Origin#NO_LABEL}; when {@code labels} is empty
 * @param labels keyframe i has {@code labels[i mod size]}; may be empty
 * @param speed keyframes a second, 0 to {@link #MAX_SPEED}
 * @param fps frames a second, {@link #MIN_FPS} to {@link #MAX_FPS}
 * @param frames of the clock, dropped ones included, as an unsigned number; 0 for no end
 * @param format of each image
 * @param waits whether the clock waits for a slow client, rather than dropping frames
 */
public record StreamPlan(
    long seed,
    int label,
    List<Integer> labels,
    double speed,
    double fps,
    long frames,
    ImageFormat format,
    boolean waits) {
  /** A stream that shows less than a frame in 100 seconds is better asked for one by one. */
  public static final double MIN_FPS = 0.01;

  /** Screens show no more. */
  public static final double MAX_FPS = 240;

  /** As many keyframes as frames, at most, at the highest rate. */
  public static final double MAX_SPEED = MAX_FPS;

  public StreamPlan {
    labels = List.copyOf(labels);
    if (!(speed >= 0 && speed <= MAX_SPEED) || !(fps >= MIN_FPS && fps <= MAX_FPS)) {
      throw new IllegalArgumentException(
          "speed "
              + speed
              + " and fps "
              + fps
              + " should be from 0 to "
              + MAX_SPEED
              + " and from "
              + MIN_FPS
              + " to "
              + MAX_FPS);
    }
  }

  /** Keyframes from one frame to the next. */
  public double stride() {
    return speed / fps;
  }

  /** What the image at a position is made from, in keyframes from keyframe 0. */
  public Origin origin(double position) {
    double keyframe = Math.floor(position);
    double blend = position - keyframe;
    long i = (long) keyframe;
    int from = labelOf(i);
    return new Origin(seed + i, from, blend, blend == 0 ? from : labelOf(i + 1));
  }

  private int labelOf(long keyframe) {
    return labels.isEmpty() ? label : labels.get((int) (keyframe % labels.size()));
  }

  /** Whether there is no frame k any more. */
  public boolean endsBefore(long k) {
    return frames != 0 && Long.compareUnsigned(k, frames) >= 0;
  }

  /**
   * The plan after an update.
   *
   * @param position where the walk stands when it takes effect
   */
  StreamPlan changed(StreamUpdate update, double position) {
    return new StreamPlan(
        update.seed() == null ? seed : update.seed() - (long) Math.floor(position),
        update.label() == null ? label : update.label(),
        update.label() == null ? labels : List.of(),
        update.speed() == null ? speed : update.speed(),
        update.fps() == null ? fps : update.fps(),
        frames,
        update.changed(format),
        waits);
  }
}

package retort.server.schedule;

import java.util.List;
import retort.server.generator.Origin;
import retort.server.image.Encoding;

/**
 * What a stream shows, and at what rate: a walk through latent space from keyframe to keyframe.
 * Frame k is a function of the plan and k alone, so it can be made again by anyone.
 *
 * @param seed of keyframe 0; keyframe i has {@code seed + i}, wrapping
 * @param label of every keyframe, or {@link Origin#NO_LABEL}; when {@code labels} is empty
 * @param labels keyframe i has {@code labels[i mod size]}; may be empty
 * @param speed keyframes a second, 0 to {@link #MAX_SPEED}
 * @param fps frames a second, {@link #MIN_FPS} to {@link #MAX_FPS}
 * @param frames of the clock, dropped ones included, as an unsigned number; 0 for no end
 * @param encoding of each image
 * @param waits whether the clock waits for a slow client, rather than dropping frames
 */
public record StreamPlan(
    long seed,
    int label,
    List<Integer> labels,
    double speed,
    double fps,
    long frames,
    Encoding encoding,
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

  /** Keyframes from the start to frame k; computed from k, so that errors do not add up. */
  public double position(long k) {
    return k * (speed / fps);
  }

  /** What frame k is made from. */
  public Origin origin(long k) {
    double position = position(k);
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
}

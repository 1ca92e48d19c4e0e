package retort.server.schedule;

import org.jspecify.annotations.Nullable;
import retort.server.generator.Origin;

/**
 * Where a stream stands: all that is needed to go on, here or on another server with the same model
 * file. What frame k shows is a function of the model, the state the stream began with, the updates
 * and the frames they bound to, and k; whether frames were dropped plays no part in it. So anybody
 * can fold the updates again and make the same frames.
 *
 * @param digest SHA-256 of the model file, lower-case hexadecimal
 * @param plan what it shows
 * @param base where positions are counted from
 * @param transition the move under way or the last there was; null for none
 * @param next index of the frame that comes next
 * @param dropped frames dropped so far
 */
public record StreamState(
    String digest,
    StreamPlan plan,
    Base base,
    @Nullable Transition transition,
    long next,
    long dropped) {
  /**
   * A frame whose position is known; those after it are counted from it, so that errors do not add
   * up.
   *
   * @param index k
   * @param position keyframes from the start
   */
  public record Base(long index, double position) {
    /** Frame 0 stands on keyframe 0. */
    public static final Base START = new Base(0, 0);

    public Base {
      if (index < 0 || !(position >= 0)) {
        throw new IllegalArgumentException(
            "frame " + index + " at position " + position + ": this cannot be");
      }
    }
  }

  public StreamState {
    if (next < 0 || dropped < 0 || dropped > next) {
      throw new IllegalArgumentException(
          "of " + next + " frames " + dropped + " dropped: this cannot be");
    }
    if (base.index > next || (transition != null && transition.index() > next)) {
      throw new IllegalArgumentException(
          "frame " + next + " comes before " + base + " or " + transition + ": this cannot be");
    }
  }

  /** A stream that begins. */
  public static StreamState beginning(String digest, StreamPlan plan) {
    return new StreamState(digest, plan, Base.START, null, 0, 0);
  }

  /** Keyframes from the start to frame k, which is not before the base. */
  public double position(long k) {
    return base.position + (k - base.index) * plan.stride();
  }

  /** What frame k is made from. */
  public Origin origin(long k) {
    Origin walk = plan.origin(position(k));
    return transition == null ? walk : transition.origin(k, walk);
  }

  /**
   * The state after an update. All that bind to one frame are one update: see {@link
   * StreamUpdate#then}.
   *
   * @param k the first frame to show it, which comes next or later
   */
  public StreamState apply(StreamUpdate update, long k) {
    double position = position(k);
    StreamPlan changed = plan.changed(update, position);
    Transition moving = transition;
    if (update.transitionFrames() != null) {
      int frames = update.transitionFrames();
      moving = frames < 2 ? null : new Transition(origin(k).left(), k, frames);
    }
    Base from = changed.stride() == plan.stride() ? base : new Base(k, position);
    return new StreamState(digest, changed, from, moving, k, dropped);
  }

  /**
   * The same stream with none dropped between.
   *
   * @param k the frame that comes next there, no sooner than here
   */
  StreamState at(long k) {
    return new StreamState(digest, plan, base, transition, k, dropped);
  }

  /** The state with another model, of images of the same shape and labels of the same number. */
  StreamState on(String otherDigest) {
    return otherDigest.equals(digest)
        ? this
        : new StreamState(otherDigest, plan, base, transition, next, dropped);
  }

  /**
   * The state after the next frame.
   *
   * @param made whether it is made, rather than dropped
   */
  StreamState afterNext(boolean made) {
    return new StreamState(digest, plan, base, transition, next + 1, made ? dropped : dropped + 1);
  }
}

package retort.server.oip;

import retort.server.generator.GeneratorHandle;
import retort.server.schedule.FrameSink;

/** Starts streams of frames on the server's clock. Safe for any number of threads. */
public interface Frames {
  /**
   * What a stream shows; {@code retort.v1.StreamRequest} says what is meant and states the limits.
   *
   * @param seed of the first keyframe
   * @param label of every frame, or {@link retort.server.generator.Origin#NO_LABEL}
   * @param fps frames a second
   * @param speed keyframes a second
   * @param count of frames, dropped ones included; 0 for no end
   */
  record Wanted(long seed, int label, double fps, double speed, long count) {}

  /** A stream that runs. */
  interface Playing extends AutoCloseable {
    /** Goes on, if it waits for its client. Call it when the sink is ready. */
    void wake();

    /** Ends it, if it has not ended, and gives its place to others; more than once is no harm. */
    @Override
    void close();
  }

  /**
   * Starts a stream.
   *
   * @param handle on what makes them, asked for the newest before each frame; closed by who asks,
   *     when the stream is
   * @param sink told of frames and of the end, perhaps before this returns
   * @throws retort.server.schedule.RefusedException when the server is promised to others
   */
  Playing play(GeneratorHandle handle, Wanted wanted, FrameSink sink);
}

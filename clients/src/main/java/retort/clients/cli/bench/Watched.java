package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.Optional;

/** One stream of frames, as a client sees it. */
interface Watched {
  /** Streams that are alike. */
  interface Kind {
    /** What is called. */
    String name();

    /**
     * A stream that has not begun.
     *
     * @param channel stays the caller's
     * @param number which of the streams
     * @param fps frames a second
     * @param rate updates a second; 0 for none
     */
    Watched open(ManagedChannel channel, long number, double fps, double rate, Span span);
  }

  /**
   * Begins.
   *
   * @param reads whether it asks for frames; one that never does is a stalled client
   */
  void start(boolean reads);

  /** What updates it, where something does. */
  Optional<Steerer> steerer();

  /** Its frames, as they come. */
  FrameLog log();

  /** From its start to its first frame, in nanoseconds; empty where none came. */
  Optional<Long> toFirstFrame();

  /** Why it ended by itself; empty while it runs. */
  Optional<Status> ended();
}

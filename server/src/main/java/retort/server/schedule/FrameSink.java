package retort.server.schedule;

/**
 * Where the frames of one stream go. It alone knows whether the client keeps up, so that every
 * transport drops and paces alike.
 *
 * <p>A stream calls {@link #send}, {@link #end} and {@link #fail} from many threads but never two
 * at once, and nothing after {@code end} or {@code fail}. After the client is gone all of them do
 * nothing.
 */
public interface FrameSink {
  /** Whether the client has read enough for another frame. Called by any thread, at any time. */
  boolean ready();

  /** Sends a frame, without waiting for the client. */
  void send(StreamFrame frame);

  /** Ends the stream: it is complete. */
  void end();

  /** Ends the stream early. */
  void fail(RuntimeException reason);
}

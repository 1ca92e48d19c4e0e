package retort.clients;

/** A stream that runs by itself. Safe to use from any thread. */
public interface StreamHandle {
  /** Ends the stream, at the server too; the listener's {@link FrameListener#onEnd} follows. */
  void cancel();
}

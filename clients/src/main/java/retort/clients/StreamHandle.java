package retort.clients;

import java.util.concurrent.CompletableFuture;
import retort.v1.Frame;
import retort.v1.StreamUpdate;

/** A stream that runs by itself. Safe to use from any thread. */
public interface StreamHandle {
  /**
   * Changes the stream while it runs. Updates that cannot be sent yet are merged, of each field the
   * newest; one that names a frame ({@code from_index}) is sent as it is.
   *
   * @param update its {@code update_id} absent: the client numbers updates
   * @return completed with the first frame that shows the update, just before the stream gives that
   *     frame, on the thread that brings it; failed with the server's sentence when the server does
   *     not take it, or when the stream ends first. A pause is shown by the first frame after it
   * @throws IllegalArgumentException when the update has a number
   */
  CompletableFuture<Frame> steer(StreamUpdate update);

  /** Ends the stream, at the server too; the listener's {@link FrameListener#onEnd} follows. */
  void cancel();
}

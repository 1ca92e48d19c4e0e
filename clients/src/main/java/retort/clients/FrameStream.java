package retort.clients;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.StreamUpdate;

/**
 * The frames of a stream, one after another. It outlasts connections, as {@link RetortClient} says.
 *
 * <p>Few frames wait on this side: each is asked for when an earlier one is taken, so a caller who
 * is slow is a slow client to the server, which then drops what is due or waits, as the request
 * says.
 *
 * <p>One thread takes frames; any thread may steer and close. Close it, or the server goes on; a
 * stream that ended by itself holds no connection.
 */
public final class FrameStream implements AutoCloseable {
  /** Frames asked for and not taken: one to take, one on its way. */
  static final int FRAMES_AHEAD = 2;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final LastingStream stream;
  private volatile boolean closed;
  private boolean ended;
  private long startNanos = System.nanoTime();

  /** What came: a frame, the end (neither), or a failure. */
  private record Event(@Nullable Frame frame, @Nullable RetortException failure, long startNanos) {}

  FrameStream(Function<FrameListener, LastingStream> streams) {
    stream = streams.apply(new Incoming());
    stream.request(FRAMES_AHEAD);
    stream.start();
  }

  /**
   * Waits for the next frame.
   *
   * @return the frame; empty when the last one was taken, or the stream is closed
   * @throws RetortException when the stream failed; frames that came before were given first
   * @throws InterruptedException when the thread is interrupted; the stream goes on
   */
  public Optional<Frame> next() throws InterruptedException {
    if (ended || closed) {
      return Optional.empty();
    }
    Event event = events.take();
    if (event.frame() != null && !closed) {
      startNanos = event.startNanos();
      stream.request(1);
      return Optional.of(event.frame());
    }
    ended = true;
    if (event.failure() != null && !closed) {
      throw event.failure();
    }
    return Optional.empty();
  }

  /** Changes the stream while it runs: see {@link StreamHandle#steer}. */
  public CompletableFuture<Frame> steer(StreamUpdate update) {
    return stream.steer(update);
  }

  /**
   * When the call that brought the newest frame taken was made, by {@link System#nanoTime}. The
   * server's clock started later, so a frame's arrival minus this and its due time is at least as
   * much as it was late.
   */
  public long startNanos() {
    return startNanos;
  }

  /** Ends the stream, at the server too. A thread that waits for a frame gets none. */
  @Override
  public void close() {
    closed = true;
    stream.cancel();
  }

  private final class Incoming implements FrameListener {
    @Override
    public void onFrame(Frame frame) {
      events.add(new Event(frame, null, stream.startNanos()));
    }

    @Override
    public void onEnd() {
      events.add(new Event(null, null, 0));
    }

    @Override
    public void onError(RetortException failure) {
      events.add(new Event(null, failure, 0));
    }
  }
}

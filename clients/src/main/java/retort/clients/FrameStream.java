package retort.clients;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.StreamRequest;

/**
 * The frames of a stream, one after another.
 *
 * <p>Few frames wait on this side: each is asked for when an earlier one is taken, so a caller who
 * is slow is a slow client to the server, which then drops what is due or waits, as the request
 * says.
 *
 * <p>One thread takes frames; any thread may close. Close it, or the server goes on; a stream that
 * ended by itself holds no connection.
 */
public final class FrameStream implements AutoCloseable {
  /** Frames asked for and not taken: one to take, one on its way. */
  static final int FRAMES_AHEAD = 2;

  private final String address;
  private final Runnable afterwards;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Incoming incoming = new Incoming();
  private final long startNanos = System.nanoTime();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();
  private boolean ended;

  /** What came: a frame, the end (neither), or a failure. */
  private record Event(@Nullable Frame frame, @Nullable Throwable failure) {}

  /**
   * Starts a call.
   *
   * @param address named in errors
   * @param call starts it with an observer
   * @param afterwards runs once, when the stream has ended, was closed or could not be started
   */
  FrameStream(
      String address,
      Consumer<ClientResponseObserver<StreamRequest, Frame>> call,
      Runnable afterwards) {
    this.address = address;
    this.afterwards = afterwards;
    try {
      call.accept(incoming);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  private void release() {
    if (released.compareAndSet(false, true)) {
      afterwards.run();
    }
  }

  /**
   * Waits for the next frame.
   *
   * @return the frame; empty when the last one was taken, or the stream is closed
   * @throws RetortException when the stream failed; frames that came before were given first
   * @throws InterruptedException when the thread is interrupted; the stream goes on
   */
  public Optional<Frame> next() throws InterruptedException {
    if (ended || closed.get()) {
      return Optional.empty();
    }
    Event event = events.take();
    if (event.frame() != null && !closed.get()) {
      incoming.requests().request(1);
      return Optional.of(event.frame());
    }
    ended = true;
    if (event.failure() != null && !closed.get()) {
      throw RetortException.ofStream(address, event.failure());
    }
    return Optional.empty();
  }

  /**
   * When the request left, by {@link System#nanoTime}; the server's clock started later, so a
   * frame's arrival minus this and its due time is at least as much as it was late.
   */
  public long startNanos() {
    return startNanos;
  }

  /** Ends the stream, at the server too. A thread that waits for a frame gets none. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      incoming.requests().cancel("closed by the client", null);
      events.add(new Event(null, null));
      release();
    }
  }

  private final class Incoming implements ClientResponseObserver<StreamRequest, Frame> {
    private @Nullable ClientCallStreamObserver<StreamRequest> requests;

    /** Set before the call starts, so before anybody else has this object. */
    ClientCallStreamObserver<StreamRequest> requests() {
      if (requests == null) {
        throw new IllegalStateException("the call has not been started");
      }
      return requests;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamRequest> stream) {
      requests = stream;
      stream.disableAutoRequestWithInitial(FRAMES_AHEAD);
    }

    @Override
    public void onNext(Frame frame) {
      events.add(new Event(frame, null));
    }

    @Override
    public void onError(Throwable failure) {
      release();
      events.add(new Event(null, failure));
    }

    @Override
    public void onCompleted() {
      release();
      events.add(new Event(null, null));
    }
  }
}

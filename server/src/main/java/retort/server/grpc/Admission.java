package retort.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import retort.denoiser.ImageShape;
import retort.server.generator.Network;
import retort.server.image.ImageFormat;
import retort.server.schedule.Capacity;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;

/**
 * What calls may hold of the server: memory, and of the machine what streams are promised. A call
 * takes its part when it is admitted and gives it back when gRPC has let go of its answer: a client
 * that does not read holds what it was promised, and no more.
 *
 * <p>Safe for any number of threads.
 */
final class Admission {
  /** Of images that requests have been promised; some 16 answers of the largest size. */
  private static final int ANSWER_BYTES = 64 << 20;

  /** What goes around an image in memory. */
  private static final int OVERHEAD_BYTES = 256;

  private final int maxStreams;
  private final Semaphore streams;
  private final Capacity capacity;
  private final Semaphore answerBytes = new Semaphore(ANSWER_BYTES);

  /** One where no call is open. */
  Admission(int maxStreams, Capacity capacity) {
    this.maxStreams = maxStreams;
    this.capacity = capacity;
    streams = new Semaphore(maxStreams);
  }

  /**
   * Admits a request.
   *
   * @param call gives its part back when it is closed or cancelled
   * @param images it is promised
   * @param imageBytes of each, at most
   * @param cancelled run when the client gives up
   * @param over run when gRPC has let go of the answer
   * @throws RefusedException when too much has been promised already
   */
  void answer(
      ServerCallStreamObserver<?> call,
      int images,
      int imageBytes,
      Runnable cancelled,
      Runnable over) {
    int bytes = images * (imageBytes + OVERHEAD_BYTES);
    promise(bytes);
    whenOver(
        call,
        cancelled,
        () -> {
          answerBytes.release(bytes);
          over.run();
        });
  }

  private void promise(int bytes) {
    if (!answerBytes.tryAcquire(bytes)) {
      throw new RefusedException(
          Reason.BUSY,
          "the server has promised "
              + (ANSWER_BYTES >> 20)
              + " MiB of images that are not yet read, which is its limit; read the answers, or"
              + " ask later");
    }
  }

  /**
   * Admits a stream, whose part must then be held by its call.
   *
   * @throws RefusedException when too many are open already
   */
  StreamPart stream() {
    if (!streams.tryAcquire()) {
      throw new RefusedException(
          Reason.BUSY,
          "the server has "
              + maxStreams
              + " streams open, which is its limit; end one, ask later, or ask another server");
    }
    return new StreamPart();
  }

  /** What an open stream holds, until its call is over. */
  final class StreamPart {
    // Guarded by this.
    private final List<Runnable> held = new ArrayList<>();
    private boolean over;

    // Only the call's own messages change these.
    private int pixels;
    private boolean lossy;
    private int addedBytes;

    /**
     * Has the call give it back when it is closed or cancelled.
     *
     * @param cancelled run when the client gives up
     */
    void heldBy(ServerCallStreamObserver<?> call, Runnable cancelled) {
      whenOver(call, cancelled, this::giveBack);
    }

    /**
     * Holds something more.
     *
     * @param letGo run when the call is over: at once, where it is already
     */
    void holds(Runnable letGo) {
      synchronized (this) {
        if (!over) {
          held.add(letGo);
          return;
        }
      }
      letGo.run();
    }

    /**
     * Takes the stream's place on the machine, once it is known.
     *
     * @param now in nanoseconds
     * @throws RefusedException when the machine is promised to others
     */
    Capacity.Place place(Network network, double fps, long now) {
      Capacity.Place taken = capacity.take(network, fps, now);
      holds(taken::close);
      return taken;
    }

    /**
     * Holds what frames may be larger than the model's, whose size was reckoned with when it was
     * loaded. What was asked for once is held to the end: an update may wait for its frame.
     *
     * @param made the shape of the model's images
     * @throws RefusedException when too much has been promised already
     */
    void frames(ImageFormat format, ImageShape made) {
      ImageShape carried = format.carried(made);
      int most = Math.max(pixels, carried.width() * carried.height());
      boolean either = lossy || format.encoding().lossy();
      int channels = either ? ImageFormat.MAX_CHANNELS : made.channels();
      int added = Math.max(0, channels * most - made.elements());
      if (added > addedBytes) {
        int more = added - addedBytes;
        promise(more);
        holds(() -> answerBytes.release(more));
        addedBytes = added;
      }
      pixels = most;
      lossy = either;
    }

    /** Gives it back, once; {@link #heldBy} has it done. */
    void giveBack() {
      synchronized (this) {
        over = true;
      }
      held.forEach(Runnable::run);
      streams.release();
    }
  }

  /** Has something done once, when gRPC has let go of a call. */
  private static void whenOver(
      ServerCallStreamObserver<?> call, Runnable cancelled, Runnable giveBack) {
    AtomicBoolean over = new AtomicBoolean();
    Runnable once =
        () -> {
          if (over.compareAndSet(false, true)) {
            giveBack.run();
          }
        };
    call.setOnCloseHandler(once);
    call.setOnCancelHandler(
        () -> {
          // In this order, so that nothing is begun with what is given back.
          try {
            cancelled.run();
          } finally {
            once.run();
          }
        });
  }

  /**
   * Waits until every answer has left and every stream is over.
   *
   * @param patience how long, at most
   * @return whether it is so
   */
  boolean awaitNone(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    return awaitAll(streams, maxStreams, end) && awaitAll(answerBytes, ANSWER_BYTES, end);
  }

  private static boolean awaitAll(Semaphore held, int all, long end) throws InterruptedException {
    boolean free = held.tryAcquire(all, end - System.nanoTime(), TimeUnit.NANOSECONDS);
    if (free) {
      held.release(all);
    }
    return free;
  }
}

package retort.clients.cli.picture;

import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import retort.v1.Image;

/**
 * Passes images to another sink on a thread of its own, so that encoding a picture delays no frame.
 * A limited number waits; whoever adds one more waits too. After a failure nothing more is written.
 */
final class BackgroundSink implements PictureSink {
  private static final int MAX_WAITING = 256;

  private final PictureSink sink;
  private final Semaphore room = new Semaphore(MAX_WAITING);
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "pictures"));

  /** Whether the caller has been told of the failure. Used by the thread that adds. */
  private boolean told;

  BackgroundSink(PictureSink sink) {
    this.sink = sink;
  }

  @Override
  public void add(long index, Image image) {
    if (failure.get() != null) {
      throw tellFailure();
    }
    room.acquireUninterruptibly();
    thread.execute(
        () -> {
          try {
            if (failure.get() == null) {
              sink.add(index, image);
            }
          } catch (RuntimeException e) {
            failure.set(e);
          } catch (Throwable e) {
            // Such as too little memory: told to the caller, not to this thread's end.
            failure.set(
                new PictureException(
                    "a picture cannot be made (" + e + "); pass a smaller --scale", e));
          } finally {
            room.release();
          }
        });
  }

  @Override
  public void close() {
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure.get() == null) {
      sink.close();
      return;
    }
    sink.discard();
    if (!told) {
      throw tellFailure();
    }
  }

  private RuntimeException tellFailure() {
    told = true;
    return Objects.requireNonNull(failure.get());
  }
}

package retort.clients;

import io.grpc.SynchronizationContext;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a stream, one event at a time. A program's listener is called from events, and
 * may take its time; so none runs on the thread of a caller who only wants to say something, nor on
 * the timer's, which others wait for.
 */
final class EventLine {
  private final SynchronizationContext events;
  private final ClientThreads threads;
  private volatile @Nullable Thread running;

  /**
   * A line of its own.
   *
   * @param crashed told what an event threw
   */
  EventLine(ClientThreads threads, Consumer<Throwable> crashed) {
    this.threads = threads;
    this.events = new SynchronizationContext((thread, failure) -> crashed.accept(failure));
  }

  /** Takes an event that the transport or a worker brings, and may run it and others here. */
  void now(Runnable event) {
    events.execute(noted(event));
  }

  /** Takes an event of a caller, who does not wait for it; once the client is closed, it may. */
  void later(Runnable event) {
    events.executeLater(noted(event));
    if (Thread.currentThread() == running) {
      // It comes when the present event is over.
      return;
    }
    try {
      threads.workers().execute(events::drain);
    } catch (RejectedExecutionException e) {
      events.drain();
    }
  }

  /** Takes an event once a time has passed. */
  Future<?> after(long nanos, Runnable event) {
    return threads.timer().schedule(() -> later(event), nanos, TimeUnit.NANOSECONDS);
  }

  private Runnable noted(Runnable event) {
    return () -> {
      running = Thread.currentThread();
      try {
        event.run();
      } finally {
        running = null;
      }
    };
  }
}

package retort.clients;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

/**
 * A client's own threads, none of which keeps a program from ending; most frames come on gRPC's.
 *
 * @param timer for what is due later, which must not block
 * @param workers make connections and bring what callers say, one thread each while it lasts
 */
record ClientThreads(ScheduledThreadPoolExecutor timer, ExecutorService workers)
    implements AutoCloseable {

  static ClientThreads start() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, daemons("retort-client-timer"));
    timer.setRemoveOnCancelPolicy(true);
    return new ClientThreads(timer, Executors.newCachedThreadPool(daemons("retort-client-worker")));
  }

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    timer.shutdownNow();
    // Not at once: a listener may be at work on one.
    workers.shutdown();
  }
}

package retort.clients;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

/**
 * A client's own threads, none of which keeps a program from ending; frames come on gRPC's.
 *
 * @param timer for what is due later, which must not block
 * @param openers make connections, one thread each while it lasts
 */
record ClientThreads(ScheduledThreadPoolExecutor timer, ExecutorService openers)
    implements AutoCloseable {

  static ClientThreads start() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, daemons("retort-client-timer"));
    timer.setRemoveOnCancelPolicy(true);
    return new ClientThreads(timer, Executors.newCachedThreadPool(daemons("retort-client-opener")));
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
    openers.shutdownNow();
  }
}

package retort.trainer.progress;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a command's work that the process was asked to end, as by Ctrl-C, and holds its end back
 * until this is closed, so that what was done can be saved first.
 */
public final class Interruption implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Interruption.class);

  private final String said;
  private final AtomicBoolean requested = new AtomicBoolean();
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "save-on-exit");

  /** Listens from now on, for work that keeps what was done. */
  public Interruption() {
    this("stopping; what was done is kept first");
  }

  /**
   * Listens from now on.
   *
   * @param said to the user, when the process is asked to end
   */
  public Interruption(String said) {
    this.said = said;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process was asked to end. */
  public boolean requested() {
    return requested.get();
  }

  private void await() {
    requested.set(true);
    LOG.info(said);
    try {
      finished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    finished.countDown();
    if (!requested.get()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        LOG.debug("the process is already exiting", e);
      }
    }
  }
}

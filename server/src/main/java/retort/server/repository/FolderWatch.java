package retort.server.repository;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks into a folder now and then, on a thread of its own, until it is closed. */
public final class FolderWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

  private final ModelRepository models;
  private final Duration pause;
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * Starts to watch.
   *
   * @param models of the folder
   * @param pause between the end of one look and the next
   */
  public FolderWatch(ModelRepository models, Duration pause) {
    this.models = models;
    this.pause = pause;
    Thread thread = new Thread(this::run, "retort-folder-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      LOG.debug("the folder is watched no more");
    }
  }

  private void look() {
    try {
      models.poll();
    } catch (RuntimeException e) {
      LOG.error("the models stay as they are: {}", e.getMessage());
      LOG.debug("the folder could not be looked into", e);
    }
  }

  /** Stops, without waiting for a look that is under way. */
  @Override
  public void close() {
    closing.countDown();
  }
}

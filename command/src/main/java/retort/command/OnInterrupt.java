package retort.command;

import java.util.concurrent.CountDownLatch;

/**
 * Runs something when the process is told to end, by Ctrl-C or a signal, and lets the command
 * finish its work before the process is gone. Close it when that work is done.
 */
public final class OnInterrupt implements AutoCloseable {
  /** Exit code of a command that was told to stop, as a shell reports Ctrl-C. */
  public static final int EXIT_CODE = 130;

  private final Runnable action;
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::run, "on-interrupt");
  private volatile boolean happened;

  /** Runs {@code action} when that happens, on a thread of its own. */
  public OnInterrupt(Runnable action) {
    this.action = action;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process was told to end. */
  public boolean happened() {
    return happened;
  }

  private void run() {
    happened = true;
    action.run();
    try {
      finished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    finished.countDown();
    if (!happened) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process ends already; the hook finds its work finished.
        happened = true;
      }
    }
  }
}

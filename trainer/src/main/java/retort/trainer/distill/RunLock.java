package retort.trainer.distill;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That one process at a time runs in a folder: the lock of the operating system, which ends with
 * the process, however that ends.
 */
public final class RunLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
  private static final String FILE = "run.lock";

  /** Somebody who asks whether the lock is held has it for a moment. */
  private static final int ATTEMPTS = 5;

  private static final long PAUSE_MILLIS = 20;

  /** Held until it is closed. */
  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws RunException when another process has it
   */
  static RunLock take(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      for (int i = 0; i < ATTEMPTS && !locked; i++) {
        Thread.sleep(i == 0 ? 0 : PAUSE_MILLIS);
        locked = channel.tryLock() != null;
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("this process has the folder open already", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw new RunException(
          folder
              + ": another process is running in this folder; wait for it to end, or pass another"
              + " --out");
    }
    return new RunLock(channel);
  }

  /**
   * Whether another process runs in a folder. To be asked by a process that runs in none: the
   * operating system drops a process's own lock with any handle to the file. One thread asks at a
   * time, since each has the lock for a moment.
   */
  public static synchronized boolean isHeld(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isReadable(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (OverlappingFileLockException e) {
      LOG.debug("this process has the folder open itself", e);
      return false;
    } catch (IOException e) {
      LOG.debug("{} cannot be asked for its lock", file, e);
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("the lock could not be closed", e);
    }
  }
}

package retort.trainer;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.distill.RunException;
import retort.trainer.engine.MemoryEstimate;
import retort.trainer.engine.Torch;

/** Says before a run what memory it takes, and what to change where that is too much. */
final class MemoryBudget {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryBudget.class);
  private static final Path LINUX = Path.of("/proc/meminfo");

  /** Numbers of segments to advise. */
  private static final int[] SEGMENTS = {3, 6, 12, 24};

  private static final double MEBIBYTE = 1 << 20;

  private final Torch torch;
  private final int microBatch;
  private final int segments;
  private final boolean weighsCalls;

  /**
   * For a run.
   *
   * @param torch with all that the run needs loaded and compiled
   * @param microBatch images a call
   * @param segments into which losses are cut
   * @param weighsCalls whether the loss depends on the images a call
   */
  MemoryBudget(Torch torch, int microBatch, int segments, boolean weighsCalls) {
    this.torch = torch;
    this.microBatch = microBatch;
    this.segments = segments;
    this.weighsCalls = weighsCalls;
  }

  /** Logs the estimate, and a warning where memory will not suffice. */
  void check() {
    MemoryEstimate estimate = torch.memory(microBatch, segments);
    long available = available();
    LOG.info("memory: about {}; {} are free", estimate, mebibytes(available));
    if (estimate.ahead() > available) {
      LOG.warn(
          "the first step needs about {} more and {} are free; pass {}",
          mebibytes(estimate.ahead()),
          mebibytes(available),
          advice(available));
    }
  }

  /**
   * Does the run's work.
   *
   * @throws RunException when memory does not suffice, which names the flags to use
   */
  <T> T run(Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError | RuntimeException e) {
      if (!Torch.isOutOfMemory(e)) {
        throw e;
      }
      throw new RunException(
          "memory did not suffice for a step with "
              + microBatch
              + " images a call; what was saved is whole, and the same command goes on with "
              + advice(torch.memory(microBatch, segments).ahead() / 2)
              + (weighsCalls
                  ? "; with another --micro-batch, which changes this method's loss, pass another --out too"
                  : "")
              + (e instanceof OutOfMemoryError ? heapAdvice() : ""),
          e);
    }
  }

  /** Java's own memory holds inputs and images, and a state while it is saved. */
  private static String heapAdvice() {
    long most = Runtime.getRuntime().maxMemory();
    return ". It was Java's own memory, of %s, through which a state passes when it is saved: JAVA_OPTS=-Xmx%dm gives it more"
        .formatted(mebibytes(most), most >> 19);
  }

  /** Flags that bring a step below a number of bytes. */
  private String advice(long bytes) {
    List<String> flags = new ArrayList<>();
    int images = images(segments, bytes);
    if (images > 0) {
      flags.add("--micro-batch " + images);
    }
    int parts = parts(bytes);
    int imagesThen = parts > segments ? images(parts, bytes) : 0;
    if (imagesThen == microBatch) {
      flags.add("--segments " + parts);
    } else if (imagesThen > images) {
      flags.add("--segments " + parts + " with --micro-batch " + imagesThen);
    }
    return flags.isEmpty()
        ? "--micro-batch 1 with --segments " + parts + ", or take a smaller network"
        : String.join(", or ", flags);
  }

  /** The largest micro-batch that fits, halved as often as it takes; 0 if none does. */
  private int images(int parts, long bytes) {
    int images = microBatch;
    while (images > 0 && torch.memory(images, parts).ahead() > bytes) {
      images /= 2;
    }
    return images;
  }

  /** The fewest segments that fit, or else those that need the least. */
  private int parts(long bytes) {
    int best = segments;
    for (int parts : SEGMENTS) {
      long ahead = torch.memory(microBatch, best).ahead();
      if (parts > segments && ahead > bytes && torch.memory(microBatch, parts).ahead() < ahead) {
        best = parts;
      }
    }
    return best;
  }

  /** Memory that can be had without taking it from others. */
  private static long available() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try {
      if (Files.isReadable(LINUX)) {
        for (String line : Files.readAllLines(LINUX)) {
          if (line.startsWith("MemAvailable:")) {
            long bytes = Long.parseLong(line.replaceAll("\\D", "")) << 10;
            // A container may have less than its host.
            return Math.min(bytes, system.getTotalMemorySize());
          }
        }
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be read", LINUX, e);
    }
    return system.getFreeMemorySize();
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f MiB", bytes / MEBIBYTE);
  }
}

package retort.trainer.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has used so far, as Linux counts it. */
final class ThisProcess {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double KIB_PER_MIB = 1024;

  private ThisProcess() {}

  /** Seconds of all threads, those of the JVM included. */
  static double cpuSeconds() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() * 1e-9;
  }

  /** Resident memory, in MiB. */
  static double residentMib() {
    return status("VmRSS:");
  }

  /** The largest resident memory so far, in MiB. */
  static double peakMib() {
    return status("VmHWM:");
  }

  private static double status(String key) {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(key)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / KIB_PER_MIB;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(STATUS + ": cannot be read; this needs Linux", e);
    }
    throw new IllegalStateException(STATUS + " has no line '" + key + "'");
  }
}

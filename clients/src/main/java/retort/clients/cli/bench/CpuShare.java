package retort.clients.cli.bench;

import java.time.Duration;

/** How much of a core this process takes, from a moment on. */
final class CpuShare {
  private final long begun = System.nanoTime();
  private final Duration usedBefore = used();

  private static Duration used() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** 1 is a whole core; more where several were busy. */
  double since() {
    long wall = Math.max(1, System.nanoTime() - begun);
    return (double) used().minus(usedBefore).toNanos() / wall;
  }
}

package retort.server.schedule;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import retort.server.generator.Network;

/**
 * Works that are made together, from when they are taken from the queue until they are done. It
 * ends early when everybody who waits for it is gone.
 */
public final class Batch {
  private final List<Work> works;
  private final RenderQueue queue;
  private final boolean machineFull;
  private final long begun;

  /** Touched by whoever makes the batch. */
  private @Nullable RenderWork bench;

  /** Guarded by the queue. */
  private int cores;

  /** How to end the run in the works. Guarded by this. */
  private @Nullable Runnable stop;

  /**
   * Taken from a queue.
   *
   * @param cores that it holds
   * @param machineFull whether no core is left
   * @param begun when, in nanoseconds of {@link Time}
   */
  Batch(List<Work> works, RenderQueue queue, int cores, boolean machineFull, long begun) {
    this.works = List.copyOf(works);
    this.begun = begun;
    this.queue = queue;
    this.cores = cores;
    this.machineFull = machineFull;
  }

  /** What is made, at least one. */
  public List<Work> works() {
    return works;
  }

  /** The network of all works. */
  Network network() {
    return works.get(0).network();
  }

  boolean machineFull() {
    return machineFull;
  }

  long begun() {
    return begun;
  }

  /** The memory of the thread that makes it. */
  RenderWork bench() {
    return Objects.requireNonNull(bench);
  }

  /** Makes it, by the memory of a thread. */
  boolean make(RenderWork by) {
    bench = by;
    return works.get(0).make(this);
  }

  /**
   * Begins a run that can be ended early.
   *
   * @param ends the run, which then fails; called by any thread, never after {@link #runEnded}
   */
  public void runBegins(Runnable ends) {
    synchronized (this) {
      stop = ends;
    }
    stopIfGone();
  }

  /** Ends the run: nothing stops it any more, and cores that only the run needed are free. */
  public void runEnded() {
    synchronized (this) {
      stop = null;
    }
    queue.release(this, 1);
  }

  /** Ends the run in the works if nobody waits for it. */
  void stopIfGone() {
    synchronized (this) {
      if (stop != null && works.stream().allMatch(Work::gone)) {
        stop.run();
        stop = null;
      }
    }
  }

  int cores() {
    return cores;
  }

  void cores(int left) {
    cores = left;
  }
}

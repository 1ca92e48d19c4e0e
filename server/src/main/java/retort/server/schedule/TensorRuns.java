package retort.server.schedule;

import java.util.List;

/** Runs networks on tensors when the machine has room for it. Safe for any number of threads. */
public interface TensorRuns {
  /**
   * Takes a run; it is made on another thread, unless its client is gone by then.
   *
   * @return whether there was room
   */
  boolean offer(TensorRun run);

  /** Ends the runs that nobody waits for any more. Call it when a client has gone. */
  void stopGone();

  /** Runs that wait among the images of a queue. */
  static TensorRuns in(RenderQueue queue) {
    return new TensorRuns() {
      @Override
      public boolean offer(TensorRun run) {
        return queue.offer(List.of(run));
      }

      @Override
      public void stopGone() {
        queue.stopGone();
      }
    };
  }
}

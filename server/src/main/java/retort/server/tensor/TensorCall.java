package retort.server.tensor;

import java.util.Map;

/**
 * One run of a network on some tensors, which can be ended early. Whoever asked for it closes it.
 */
public interface TensorCall extends AutoCloseable {
  /**
   * Runs the network, on the caller's thread, once.
   *
   * @return by name, in memory of their own
   */
  Map<String, TensorValue> run();

  /**
   * Ends the run, which then fails, whether it has begun or not. Called by any thread, never after
   * {@link #close}. No other run is touched.
   */
  void stop();

  /** Frees what the run needed. */
  @Override
  void close();
}

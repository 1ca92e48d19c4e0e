package retort.server.schedule;

import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.Generator;
import retort.server.generator.Network;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorValue;

/**
 * One run of a network on a client's tensors, and who waits for it.
 *
 * @param network which
 * @param model the same, by its tensors
 * @param inputs by name, checked
 * @param wanted names of outputs; empty for all
 * @param since when it was asked for, in nanoseconds of {@link Time}
 * @param time what it is measured by
 * @param client who waits
 */
public record TensorRun(
    Network network,
    TensorModel model,
    Map<String, TensorValue> inputs,
    Set<String> wanted,
    long since,
    Time time,
    Client client)
    implements Work {
  private static final Logger LOG = LoggerFactory.getLogger(TensorRun.class);

  /** Who waits for outputs. Called by the thread that made them, which must not be held up. */
  public interface Client {
    /** As of {@link Render.Client#gone}. */
    boolean gone();

    /**
     * Told before the run begins.
     *
     * @return whether it is to; else the client has gone just now, and nothing more is told
     */
    boolean begins();

    /**
     * Receives the outputs.
     *
     * @param queueNanos from when it was asked for until the run began
     * @param runNanos of the run
     */
    void ran(Map<String, TensorValue> outputs, long queueNanos, long runNanos);

    /** Receives the reason why there are none. */
    void failed(RuntimeException reason);
  }

  @Override
  public long due() {
    return since + Render.REQUEST_YIELDS_NANOS;
  }

  @Override
  public boolean paced() {
    return false;
  }

  @Override
  public boolean gone() {
    return client.gone();
  }

  /** Tensors of two clients may differ in every dimension. */
  @Override
  public boolean joins(Work other) {
    return false;
  }

  /**
   * Its time tells nothing of a generator, whose images are the measure: a client's batch is not.
   */
  @Override
  public boolean make(Batch batch) {
    try {
      return client.begins() && run(batch) && !(network instanceof Generator);
    } catch (RuntimeException e) {
      fail(e);
      return false;
    } catch (Error e) {
      fail(new IllegalStateException("a thread of the server has broken", e));
      throw e;
    }
  }

  private boolean run(Batch batch) {
    long begun = time.nanos();
    try (TensorCall call = model.call(inputs, wanted)) {
      Map<String, TensorValue> outputs;
      batch.runBegins(call::stop);
      try {
        outputs = call.run();
      } finally {
        batch.runEnded();
      }
      client.ran(outputs, begun - since, time.nanos() - begun);
      return true;
    }
  }

  private void fail(RuntimeException reason) {
    try {
      client.failed(reason);
    } catch (RuntimeException e) {
      LOG.error("a client could not be told of a failure", e);
    }
  }
}

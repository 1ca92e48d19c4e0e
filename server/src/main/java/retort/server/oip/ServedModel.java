package retort.server.oip;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import retort.server.generator.GeneratorHandle;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorSpec;

/**
 * A model under the name that clients of the protocol call it by: its tensors, or the frames of a
 * generator. Who asked for it closes it.
 *
 * @param name as in requests
 * @param hold on the version
 * @param inputs what it takes
 * @param optional how many of the inputs, the last ones, may be left out
 * @param outputs what it gives
 * @param frames makes its frames; null where it is run by its tensors
 */
record ServedModel(
    String name,
    Models.Hold hold,
    List<TensorSpec> inputs,
    int optional,
    List<TensorSpec> outputs,
    @Nullable GeneratorHandle frames)
    implements AutoCloseable {
  /** The largest batch of a request: enough for rows of a table, and bounded in its memory. */
  private static final int MAX_BATCH = 1024;

  private static final long OPEN = -1;

  static ServedModel tensors(String name, Models.Hold hold) {
    TensorModel model = hold.tensors();
    return new ServedModel(name, hold, model.inputs(), 0, model.outputs(), null);
  }

  /** Its number as clients write it. */
  String version() {
    return Long.toString(hold.version());
  }

  /** Whether a request has any number of answers. */
  boolean decoupled() {
    return frames != null;
  }

  /** The largest batch of a request; 0 where it takes no batches in front of its shapes. */
  int maxBatch() {
    List<TensorSpec> all = new ArrayList<>(inputs);
    all.addAll(outputs);
    boolean batches =
        !inputs.isEmpty()
            && all.stream().allMatch(s -> !s.shape().isEmpty() && s.shape().get(0) == OPEN);
    return batches ? MAX_BATCH : 0;
  }

  @Override
  public void close() {
    hold.close();
  }
}

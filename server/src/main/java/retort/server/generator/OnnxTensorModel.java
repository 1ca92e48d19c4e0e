package retort.server.generator;

import ai.onnxruntime.NodeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/**
 * A network run by its tensors, each run on one core. What a run costs is not known before the
 * first, since what may be fed is not. Owns its session.
 */
final class OnnxTensorModel implements Network, TensorModel {
  /** Until runs have told better: as long as an image of a small generator takes. */
  private static final long GUESSED_NANOS = 10_000_000;

  private final OnnxSession session;
  private final String digest;
  private final Map<String, TensorSpec> inputs;
  private final Map<String, TensorSpec> outputs;
  private final RunCosts costs = RunCosts.of(GUESSED_NANOS);

  /**
   * Reads what a network takes and gives.
   *
   * @throws GeneratorException when some of it is no tensor of a known type
   */
  OnnxTensorModel(OnnxSession session, String digest) {
    this.session = session;
    this.digest = digest;
    inputs = specs(session.inputs());
    outputs = specs(session.outputs());
  }

  /** Whether an input is of a type that the runtime's Java cannot make tensors of. */
  static boolean takesUnsigned(OnnxSession session) {
    return specs(session.inputs()).values().stream()
        .anyMatch(spec -> OnnxTensors.lacks(spec.type()));
  }

  private static Map<String, TensorSpec> specs(Collection<NodeInfo> nodes) {
    Map<String, TensorSpec> specs = new LinkedHashMap<>();
    for (NodeInfo node : nodes) {
      TensorSpec spec = OnnxTensors.spec(node);
      specs.put(spec.name(), spec);
    }
    return specs;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public int maxBatch() {
    return 1;
  }

  @Override
  public int cores() {
    return 1;
  }

  @Override
  public RunCosts costs() {
    return costs;
  }

  @Override
  public List<TensorSpec> inputs() {
    return List.copyOf(inputs.values());
  }

  @Override
  public List<TensorSpec> outputs() {
    return List.copyOf(outputs.values());
  }

  @Override
  public TensorCall call(Map<String, TensorValue> given, Set<String> wanted) {
    requireAll(given, wanted);
    Set<String> asked = wanted.isEmpty() ? outputs.keySet() : Set.copyOf(wanted);
    return new OnnxTensorCall(session, given, asked);
  }

  private void requireAll(Map<String, TensorValue> given, Set<String> wanted) {
    given.forEach(
        (name, value) -> {
          TensorSpec spec = inputs.get(name);
          if (spec == null) {
            throw new IllegalArgumentException(
                "there is no input " + name + "; the network takes " + inputs.keySet());
          }
          spec.require(value);
        });
    List<String> missing = new ArrayList<>(inputs.keySet());
    missing.removeAll(given.keySet());
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "of the inputs " + inputs.keySet() + ", " + missing + " are missing");
    }
    if (!outputs.keySet().containsAll(wanted)) {
      throw new IllegalArgumentException(
          "outputs " + wanted + " are asked for, but the network gives " + outputs.keySet());
    }
  }

  /** On a thread of its own: it takes a while, and the last to let go may keep streams' time. */
  @Override
  public void close() {
    Thread closing = new Thread(session::close, "retort-close");
    closing.setDaemon(true);
    closing.start();
  }
}

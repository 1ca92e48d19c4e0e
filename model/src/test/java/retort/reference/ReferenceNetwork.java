package retort.reference;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import retort.denoiser.DenoiserModel;
import retort.denoiser.Preconditioning;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.Weight;
import retort.network.Arguments;
import retort.network.EdmUNet;

/**
 * The network of a case, built by us, with the weights of the case and without dropout.
 *
 * @param config its architecture
 * @param preconditioning what makes it a denoiser
 * @param weights its state dictionary, named as in our graphs of denoisers
 */
public record ReferenceNetwork(
    EdmUNet config, Preconditioning preconditioning, Map<String, Tensor> weights) {
  private static final String STATE = "state_dict.npz";
  private static final String PREFIX = "model.";

  /** The network of a case; skips the running test, with the reason, where we cannot build it. */
  static ReferenceNetwork of(ReferenceCase reference) {
    unsupported(reference).ifPresent(reference::skip);
    Arguments arguments = new Arguments(values(reference.meta().getAsJsonObject("kwargs")));
    Preconditioning preconditioning =
        Preconditioning.of(reference.meta().get("precond").getAsString(), arguments);
    return new ReferenceNetwork(
        preconditioning.network(arguments), preconditioning, reference.tensors(STATE));
  }

  private static Optional<String> unsupported(ReferenceCase reference) {
    if (!reference.meta().has("kwargs") || !reference.meta().has("precond")) {
      return Optional.of("its meta.json describes no network");
    }
    return reference.has(STATE)
        ? Optional.empty()
        : Optional.of("its weights are not given as " + STATE);
  }

  private static Map<String, Object> values(JsonObject object) {
    Map<String, Object> values = new HashMap<>();
    for (Map.Entry<String, JsonElement> field : object.entrySet()) {
      if (!field.getValue().isJsonNull()) {
        values.put(field.getKey(), value(field.getValue()));
      }
    }
    return values;
  }

  private static Object value(JsonElement element) {
    if (element.isJsonArray()) {
      List<Object> list = new ArrayList<>();
      element.getAsJsonArray().forEach(item -> list.add(value(item)));
      return list;
    }
    JsonPrimitive primitive = element.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    return primitive.isString() ? primitive.getAsString() : (Object) primitive.getAsDouble();
  }

  /** The denoiser with the case's weights. */
  public DenoiserModel denoiser() {
    return denoiser(weights);
  }

  /** A denoiser of the same architecture with other weights. */
  public DenoiserModel denoiser(Map<String, Tensor> state) {
    Graph graph = preconditioning.denoiser(config.build(0));
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < config.plan().labelDim(); i++) {
      labels.add("class " + i);
    }
    return new DenoiserModel(loaded(graph, state), preconditioning.sigmaData(), labels, Map.of());
  }

  /** The network without its preconditioning. */
  public Graph inner() {
    Map<String, Tensor> state = new HashMap<>();
    weights.forEach(
        (name, tensor) -> {
          if (name.startsWith(PREFIX)) {
            state.put(name.substring(PREFIX.length()), tensor);
          }
        });
    return loaded(config.build(0), state);
  }

  /** Every weight of the graph must be in the state; resampling filters in it are constants. */
  private static Graph loaded(Graph graph, Map<String, Tensor> state) {
    Set<String> names = new HashSet<>(graph.weights().keySet());
    names.removeIf(name -> role(graph, name) == Weight.Role.CONSTANT);
    if (!state.keySet().containsAll(names)) {
      Set<String> missing = new HashSet<>(names);
      missing.removeAll(state.keySet());
      throw new IllegalArgumentException("the state dictionary lacks " + missing);
    }
    Map<String, Tensor> used = new HashMap<>(state);
    used.keySet().retainAll(names);
    return DropoutRemoval.remove(graph.withWeights(used));
  }

  private static Weight.Role role(Graph graph, String name) {
    return Objects.requireNonNull(graph.weights().get(name)).role();
  }

  /**
   * Feeds for the denoiser: the noisy images, noise levels and labels of the case, no augmentation.
   */
  public Map<String, Tensor> feeds(ReferenceCase reference) {
    Tensor noisy = reference.tensor("x");
    Map<String, Tensor> feeds = conditioning(reference, noisy.dim(0));
    feeds.put(DenoiserModel.NOISY, noisy);
    feeds.put(DenoiserModel.SIGMA, flat(reference.tensor("sigma")));
    return feeds;
  }

  /** The labels of the case and no augmentation, for networks that take these. */
  public Map<String, Tensor> conditioning(ReferenceCase reference, int n) {
    Map<String, Tensor> conditioning = new HashMap<>();
    if (config.plan().labelDim() > 0) {
      conditioning.put(DenoiserModel.LABEL, reference.tensor("labels"));
    }
    if (config.plan().augmentDim() > 0) {
      conditioning.put(DenoiserModel.AUGMENT, zeros(n, config.plan().augmentDim()));
    }
    return conditioning;
  }

  /** {@code [n, 1, 1, 1]} as {@code [n]}. */
  public static Tensor flat(Tensor tensor) {
    return tensor.reshaped(tensor.elements());
  }

  /** Zeros {@code [n, k]}. */
  public static Tensor zeros(int n, int k) {
    return Tensor.floats(new int[] {n, k}, new float[n * k]);
  }
}

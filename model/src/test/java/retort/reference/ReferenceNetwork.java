package retort.reference;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.network.SongUNet;

/**
 * The network of a case, built by us, with the weights of the case and without dropout.
 *
 * @param config its architecture
 * @param sigmaData of its preconditioning
 * @param weights its state dictionary, named as in our graphs of denoisers
 */
public record ReferenceNetwork(SongUNet config, double sigmaData, Map<String, Tensor> weights) {
  private static final String STATE = "state_dict.npz";
  private static final String PREFIX = "model.";

  /** What {@code meta.json} may say of a network that we build; left out, it means the same. */
  private static final SortedMap<String, String> SUPPORTED =
      new TreeMap<>(
          Map.of(
              "model_type", "SongUNet",
              "embedding_type", "positional",
              "encoder_type", "standard",
              "decoder_type", "standard",
              "channel_mult_noise", "1"));

  /** The network of a case; skips the running test, with the reason, where we cannot build it. */
  static ReferenceNetwork of(ReferenceCase reference) {
    unsupported(reference).ifPresent(reference::skip);
    JsonObject arguments = reference.meta().getAsJsonObject("kwargs");
    double sigmaData = number(arguments, "sigma_data", 0.5);
    return new ReferenceNetwork(config(arguments), sigmaData, reference.tensors(STATE));
  }

  private static Optional<String> unsupported(ReferenceCase reference) {
    if (!reference.meta().has("kwargs")) {
      return Optional.of("its meta.json describes no network");
    }
    String preconditioning = ReferenceCase.text(reference.meta(), "precond", "none");
    if (!preconditioning.equals("EDMPrecond")) {
      return Optional.of("preconditioning " + preconditioning + " is not supported yet");
    }
    JsonObject arguments = reference.meta().getAsJsonObject("kwargs");
    StringJoiner others = new StringJoiner(", ");
    SUPPORTED.forEach(
        (field, expected) -> {
          String value = ReferenceCase.text(arguments, field, expected);
          if (!value.equals(expected)) {
            others.add(field + " " + value);
          }
        });
    if (others.length() > 0) {
      return Optional.of(others + " is not supported yet");
    }
    return reference.has(STATE)
        ? Optional.empty()
        : Optional.of("its weights are not given as " + STATE);
  }

  /** What is left out has the default of the published code. */
  private static SongUNet config(JsonObject arguments) {
    return new SongUNet(
        (int) number(arguments, "img_resolution", 0),
        (int) number(arguments, "img_channels", 0),
        (int) number(arguments, "label_dim", 0),
        (int) number(arguments, "augment_dim", 0),
        (int) number(arguments, "model_channels", 128),
        integers(arguments, "channel_mult", List.of(1, 2, 2, 2)),
        (int) number(arguments, "channel_mult_emb", 4),
        (int) number(arguments, "num_blocks", 4),
        new HashSet<>(integers(arguments, "attn_resolutions", List.of(16))),
        number(arguments, "dropout", 0.1),
        integers(arguments, "resample_filter", List.of(1, 1)).stream()
            .map(Integer::doubleValue)
            .toList());
  }

  private static double number(JsonObject arguments, String field, double otherwise) {
    JsonElement value = arguments.get(field);
    return value == null ? otherwise : value.getAsDouble();
  }

  private static List<Integer> integers(JsonObject object, String field, List<Integer> otherwise) {
    if (!object.has(field)) {
      return otherwise;
    }
    List<Integer> integers = new ArrayList<>();
    object.getAsJsonArray(field).forEach(element -> integers.add(element.getAsInt()));
    return integers;
  }

  /** The denoiser with the case's weights. */
  public DenoiserModel denoiser() {
    return denoiser(weights);
  }

  /** A denoiser of the same architecture with other weights. */
  public DenoiserModel denoiser(Map<String, Tensor> state) {
    Graph graph = new EdmPreconditioning(sigmaData).denoiser(config.build(0));
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < config.labelDim(); i++) {
      labels.add("class " + i);
    }
    return new DenoiserModel(loaded(graph, state), sigmaData, labels, Map.of());
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
    Set<String> names = graph.parameters().keySet();
    if (!state.keySet().containsAll(names)) {
      Set<String> missing = new HashSet<>(names);
      missing.removeAll(state.keySet());
      throw new IllegalArgumentException("the state dictionary lacks " + missing);
    }
    Map<String, Tensor> used = new HashMap<>(state);
    used.keySet().retainAll(names);
    return DropoutRemoval.remove(graph.withWeights(used));
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
    if (config.labelDim() > 0) {
      conditioning.put(DenoiserModel.LABEL, reference.tensor("labels"));
    }
    if (config.augmentDim() > 0) {
      conditioning.put(DenoiserModel.AUGMENT, zeros(n, config.augmentDim()));
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

package retort.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.graph.Graph;
import retort.graph.Weight;

/**
 * Which weights are learnt, as metadata: one key lists the parameters, one the buffers, a name a
 * line; an initialiser in neither list is a constant. What else may have to be said of a weight,
 * such as a projection after each step, goes under a key of its own in the same form, a name and a
 * tab before the rest of the line.
 */
final class WeightRoles {
  /** Version of this scheme and of the keys. */
  static final int FORMAT = 1;

  static final String FORMAT_KEY = "retort.format";
  static final String PARAMETERS_KEY = "retort.parameters";
  static final String BUFFERS_KEY = "retort.buffers";
  static final Set<String> RESERVED = Set.of(FORMAT_KEY, PARAMETERS_KEY, BUFFERS_KEY);

  private WeightRoles() {}

  /** The metadata of a graph's weights. */
  static SortedMap<String, String> metadata(Graph graph) {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put(FORMAT_KEY, Integer.toString(FORMAT));
    metadata.put(PARAMETERS_KEY, names(graph, Weight.Role.PARAMETER));
    metadata.put(BUFFERS_KEY, names(graph, Weight.Role.BUFFER));
    return metadata;
  }

  private static String names(Graph graph, Weight.Role role) {
    return graph.weights().entrySet().stream()
        .filter(entry -> entry.getValue().role() == role)
        .map(Map.Entry::getKey)
        .peek(WeightRoles::check)
        .collect(Collectors.joining("\n"));
  }

  private static void check(String name) {
    if (name.indexOf('\n') >= 0 || name.indexOf('\t') >= 0) {
      throw new OnnxException(
          "weight name '" + name + "' holds a line break or a tab; rename the weight");
    }
  }

  /** Whether metadata says which weights are learnt. */
  static boolean known(Map<String, String> metadata) {
    return metadata.containsKey(FORMAT_KEY);
  }

  /**
   * The graph with the roles that metadata gives.
   *
   * @throws OnnxException when a newer version of Retort wrote the metadata, or it names a weight
   *     that is not there
   */
  static Graph apply(Graph graph, Map<String, String> metadata) {
    Map<String, Weight> weights = new LinkedHashMap<>(graph.weights());
    assign(weights, Weight.Role.PARAMETER, metadata.getOrDefault(PARAMETERS_KEY, ""));
    assign(weights, Weight.Role.BUFFER, metadata.getOrDefault(BUFFERS_KEY, ""));
    return new Graph(graph.inputs(), weights, graph.nodes(), graph.outputs());
  }

  /** Refuses metadata of a version that this program does not know. */
  static void checkFormat(Map<String, String> metadata) {
    String text = metadata.getOrDefault(FORMAT_KEY, "1");
    int version;
    try {
      version = Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new OnnxException(
          "its metadata "
              + FORMAT_KEY
              + " should be a number but is '"
              + text
              + "'; write the file again with Retort",
          e);
    }
    if (version > FORMAT) {
      throw new OnnxException(
          "it has Retort format "
              + version
              + ", and this Retort knows formats up to "
              + FORMAT
              + "; update Retort to read it");
    }
  }

  private static void assign(Map<String, Weight> weights, Weight.Role role, String list) {
    for (String line : list.isEmpty() ? List.<String>of() : List.of(list.split("\n", -1))) {
      String name = line.split("\t", 2)[0];
      Weight weight = weights.get(name);
      if (weight == null) {
        throw new OnnxException(
            "its metadata names a weight '"
                + name
                + "' that the file does not hold; another tool renamed or removed it. Remove the"
                + " metadata keys "
                + PARAMETERS_KEY
                + " and "
                + BUFFERS_KEY
                + " together with "
                + FORMAT_KEY
                + " to have the weights recognised from their use.");
      }
      weights.put(name, new Weight(weight.value(), role));
    }
  }
}

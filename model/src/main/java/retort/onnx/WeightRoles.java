package retort.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.graph.Graph;
import retort.graph.Projection;
import retort.graph.Weight;

/**
 * Which weights are learnt, as metadata: one key lists the parameters, one the buffers, a name a
 * line; an initialiser in neither list is a constant. A third key lists the parameters that
 * training projects at the start of each step: a name, a tab, and the projection.
 */
final class WeightRoles {
  /** Version of this scheme and of the keys. */
  static final int FORMAT = 1;

  static final String FORMAT_KEY = "retort.format";
  static final String PARAMETERS_KEY = "retort.parameters";
  static final String BUFFERS_KEY = "retort.buffers";
  static final String PROJECTIONS_KEY = "retort.projections";

  /** SHA-256 of the data file beside the model, where it has one. */
  static final String DATA_DIGEST_KEY = "retort.data_digest";

  static final Set<String> RESERVED =
      Set.of(FORMAT_KEY, PARAMETERS_KEY, BUFFERS_KEY, PROJECTIONS_KEY, DATA_DIGEST_KEY);

  private WeightRoles() {}

  /** The metadata of a graph's weights. */
  static SortedMap<String, String> metadata(Graph graph) {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put(FORMAT_KEY, Integer.toString(FORMAT));
    metadata.put(PARAMETERS_KEY, names(graph, Weight.Role.PARAMETER));
    metadata.put(BUFFERS_KEY, names(graph, Weight.Role.BUFFER));
    String projections = projections(graph);
    if (!projections.isEmpty()) {
      metadata.put(PROJECTIONS_KEY, projections);
    }
    return metadata;
  }

  private static String projections(Graph graph) {
    return graph.weights().entrySet().stream()
        .filter(entry -> entry.getValue().projection() != Projection.NONE)
        .map(entry -> entry.getKey() + "\t" + word(entry.getValue().projection()))
        .collect(Collectors.joining("\n"));
  }

  private static String word(Projection projection) {
    return projection.name().toLowerCase(Locale.ROOT);
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
    for (String line : lines(metadata.getOrDefault(PROJECTIONS_KEY, ""))) {
      String[] entry = line.split("\t", 2);
      Weight weight = named(weights, entry[0]);
      weights.put(entry[0], weight.withProjection(projection(entry[0], entry[entry.length - 1])));
    }
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
    for (String line : lines(list)) {
      String name = line.split("\t", 2)[0];
      weights.put(name, new Weight(named(weights, name).value(), role));
    }
  }

  private static List<String> lines(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split("\n", -1));
  }

  private static Weight named(Map<String, Weight> weights, String name) {
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
    return weight;
  }

  private static Projection projection(String name, String word) {
    for (Projection projection : Projection.values()) {
      if (word(projection).equals(word)) {
        return projection;
      }
    }
    throw new OnnxException(
        "its metadata asks for the projection '"
            + word
            + "' of weight '"
            + name
            + "', which this Retort does not know; update Retort to read it");
  }
}

package retort.exporter;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.denoiser.MetadataKeys;
import retort.graph.Cost;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Weight;
import retort.onnx.OnnxException;
import retort.onnx.OnnxOutline;
import retort.onnx.OnnxReader;

/** What an ONNX file is. */
final class Inspection {
  private static final int LONGEST = 64;

  private Inspection() {}

  /**
   * Inspects a file.
   *
   * @throws OnnxException when the file is missing, or no ONNX model
   */
  static Card of(Path file) {
    OnnxOutline outline = OnnxOutline.read(file);
    FileIdentity identity = FileIdentity.of(file);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", file.toString());
    json.put("kind", kind(outline));
    json.put("bytes", identity.bytes());
    json.put("sha256", "");
    json.put("producer", outline.producer());
    json.put("opsets", outline.opsets());
    json.put("inputs", outline.inputs());
    json.put("outputs", outline.outputs());
    json.put("weights", outline.weights());
    try {
      Graph graph = OnnxReader.read(file).graph();
      json.put("parameters", graph.parameterCount());
      json.put("buffers", buffers(graph));
      json.put("multiply_adds", Cost.of(graph).multiplyAdds());
    } catch (OnnxException | GraphException e) {
      json.put("unsupported", String.valueOf(e.getMessage()));
    }
    json.put("operators", outline.operators());
    json.put("metadata", shortened(outline.metadata()));
    json.put("sha256", identity.sha256());
    return new Card(json);
  }

  private static String kind(OnnxOutline outline) {
    String kind = outline.metadata().getOrDefault(MetadataKeys.KIND, "");
    return switch (kind) {
      case MetadataKeys.DENOISER ->
          outline.metadata().containsKey(MetadataKeys.SIGMA_INIT)
              ? "generator, as distilled"
              : "teacher";
      case MetadataKeys.GENERATOR -> "generator, deployable";
      case "" -> "not Retort's";
      default -> kind;
    };
  }

  /** How many numbers a network holds that are not learnt. */
  static long buffers(Graph graph) {
    return graph.weights().values().stream()
        .filter(weight -> weight.role() == Weight.Role.BUFFER)
        .mapToLong(weight -> weight.value().elements())
        .sum();
  }

  private static SortedMap<String, String> shortened(SortedMap<String, String> metadata) {
    SortedMap<String, String> shown = new TreeMap<>();
    metadata.forEach((key, value) -> shown.put(key, shortened(key, value)));
    return shown;
  }

  private static String shortened(String key, String value) {
    if (key.equals(MetadataKeys.REFERENCE_SAMPLES)) {
      return value.lines().findFirst().orElse("").split(",").length + " samples";
    }
    String line = value.lines().collect(Collectors.joining(", "));
    return shortened(line);
  }

  /** A line that fits beside its name. */
  static String shortened(String line) {
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}

package retort.exporter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.denoiser.MetadataKeys;
import retort.file.FileDigest;
import retort.graph.Cost;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Weight;
import retort.onnx.OnnxException;
import retort.onnx.OnnxOutline;
import retort.onnx.OnnxReader;

/**
 * What an ONNX file is, as names and values in the order in which they are shown.
 *
 * @param json numbers, texts, and lists and maps of these
 */
record Inspection(Map<String, Object> json) {
  private static final int LONGEST = 64;

  /**
   * Inspects a file.
   *
   * @throws OnnxException when the file is missing, or no ONNX model
   */
  static Inspection of(Path file) {
    OnnxOutline outline = OnnxOutline.read(file);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", file.toString());
    json.put("kind", kind(outline));
    json.put("bytes", size(file));
    json.put("sha256", FileDigest.of(file));
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
    return new Inspection(json);
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

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  private static long buffers(Graph graph) {
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
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }

  /** One line for each name; a list or a map as a line for each element. */
  String text() {
    StringBuilder text = new StringBuilder();
    json.forEach((name, value) -> append(text, name.replace('_', ' '), value));
    return text.toString();
  }

  private static void append(StringBuilder text, String name, Object value) {
    if (value instanceof Map<?, ?> map) {
      line(text, name, "");
      map.forEach((key, element) -> line(text, "  " + key, element));
    } else if (value instanceof Iterable<?> list) {
      line(text, name, "");
      list.forEach(element -> line(text, "  " + element, ""));
    } else {
      line(text, name, value);
    }
  }

  private static void line(StringBuilder text, String name, Object value) {
    Object shown =
        value instanceof Number number
            ? String.format(Locale.ROOT, "%,d", number.longValue())
            : value;
    text.append(String.format(Locale.ROOT, "%-24s %s", name, shown).stripTrailing())
        .append(System.lineSeparator());
  }
}

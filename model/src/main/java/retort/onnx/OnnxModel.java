package retort.onnx;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import retort.graph.Graph;

/**
 * What an ONNX file holds.
 *
 * @param graph the network
 * @param metadata texts by key, sorted; without the keys that the file format itself uses
 * @param producer the program that wrote the file; {@link OnnxWriter} writes its own name
 */
public record OnnxModel(Graph graph, SortedMap<String, String> metadata, String producer) {
  /** Checks that no key is one of the format's own. */
  public OnnxModel {
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    for (String key : metadata.keySet()) {
      if (WeightRoles.RESERVED.contains(key)) {
        throw new IllegalArgumentException(
            "metadata key " + key + " belongs to the file format; choose another");
      }
    }
  }

  /** A model to be written. */
  public static OnnxModel of(Graph graph, Map<String, String> metadata) {
    return new OnnxModel(graph, new TreeMap<>(metadata), OnnxWriter.PRODUCER);
  }
}

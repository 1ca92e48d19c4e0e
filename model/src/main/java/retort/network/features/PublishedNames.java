package retort.network.features;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import retort.graph.GraphException;
import retort.graph.Tensor;

/** The tensors of a file under the names of their architecture. */
final class PublishedNames {
  private static final String COUNTER = "num_batches_tracked";

  /** What PyTorch puts before names where a network was trained on several devices. */
  private static final String WRAPPER = "module.";

  /** Where LPIPS keeps the layers of a trunk: in slices, under their old places. */
  private static final Pattern SLICE = Pattern.compile("^net\\.slice\\d+\\.");

  /** What LPIPS derives from its version, or keeps twice. */
  private static final Pattern DERIVED = Pattern.compile("^(scaling_layer|lins)\\..*");

  private PublishedNames() {}

  /**
   * Takes away what wrappers and training add.
   *
   * @throws GraphException when two tensors come under one name
   */
  static Map<String, Tensor> plain(Map<String, Tensor> tensors) {
    Map<String, Tensor> plain = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          String bare = name.startsWith(WRAPPER) ? name.substring(WRAPPER.length()) : name;
          bare = SLICE.matcher(bare).replaceFirst("features.");
          boolean counts = !bare.endsWith(COUNTER) && !DERIVED.matcher(bare).matches();
          if (counts && plain.put(bare, tensor) != null) {
            throw new GraphException(
                "tensor '" + bare + "' is there twice, once as '" + name + "'; keep one of them");
          }
        });
    return plain;
  }
}

package retort.network;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.graph.Tensor;

/** The names that diffusers gives weights today, for files of all its releases. */
public final class DiffusersNames {
  private static final Pattern ATTENTION =
      Pattern.compile(
          "(.*attentions\\.\\d+\\.)(query|key|value|proj_attn|to_q|to_k|to_v|to_out\\.0)"
              + "\\.(weight|bias)");

  private static final Map<String, String> RENAMED =
      Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

  /** Files of early releases hold the Fourier frequencies under both names. */
  private static final String OLD_FREQUENCIES = "time_proj.W";

  private static final String FREQUENCIES = "time_proj.weight";

  private DiffusersNames() {}

  /**
   * The same tensors under today's names: attention's {@code query, key, value, proj_attn} become
   * {@code to_q, to_k, to_v, to_out.0}, and their weights matrices where they are stored as 1x1
   * convolutions. No values are read.
   */
  public static Map<String, Tensor> current(Map<String, Tensor> tensors) {
    Map<String, Tensor> current = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          Matcher attention = ATTENTION.matcher(name);
          if (attention.matches()) {
            String part = RENAMED.getOrDefault(attention.group(2), attention.group(2));
            current.put(attention.group(1) + part + "." + attention.group(3), matrix(tensor));
          } else if (name.equals(OLD_FREQUENCIES)) {
            current.putIfAbsent(FREQUENCIES, tensor);
          } else {
            current.put(name, tensor);
          }
        });
    return current;
  }

  private static Tensor matrix(Tensor tensor) {
    int[] shape = tensor.shape();
    boolean convolution = shape.length == 4 && shape[2] == 1 && shape[3] == 1;
    return convolution ? tensor.reshaped(shape[0], shape[1]) : tensor;
  }
}

package retort.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises EDM2 by the names and shapes of its weights, for files without a configuration.
 *
 * <p>Shapes do not tell {@code channels_per_head}, {@code resample_filter}, {@code clip_act},
 * {@code dropout} and the four balances: where the published defaults do not hold for these, they
 * must be given.
 */
public final class Edm2Shapes {
  private static final Pattern FIRST = Pattern.compile("(.*)enc\\.(\\d+)x\\2_conv\\.weight");

  private final Map<String, int[]> shapes;
  private final String prefix;

  private Edm2Shapes(Map<String, int[]> shapes, String prefix) {
    this.shapes = shapes;
    this.prefix = prefix;
  }

  /**
   * The arguments with which {@link Edm2UNet#of} and {@link Edm2LogVariance#of} build a network
   * with these weights; empty when they are not those of EDM2.
   *
   * @param shapes of all tensors, by the names of the published state dictionary; what comes before
   *     {@code enc.}, such as {@code unet.}, does not matter
   */
  public static Optional<Map<String, Object>> arguments(Map<String, int[]> shapes) {
    for (String name : shapes.keySet()) {
      Matcher first = FIRST.matcher(name);
      if (first.matches() && first.group(2).length() <= 6) {
        Edm2Shapes read = new Edm2Shapes(shapes, first.group(1));
        return read.arguments(Integer.parseInt(first.group(2)));
      }
    }
    return Optional.empty();
  }

  private Optional<Map<String, Object>> arguments(int resolution) {
    OptionalInt images = size("out_conv.weight", 0, 4);
    OptionalInt noise = size("emb_fourier.freqs", 0, 1);
    OptionalInt embedding = size("emb_noise.weight", 0, 2);
    List<Integer> widths = new ArrayList<>();
    Set<Integer> attending = new TreeSet<>();
    int blocks = blocks(resolution);
    for (int size = resolution; size > 0 && blocks(size) > 0; size = half(size)) {
      size(block(size, 0) + "conv_res1.weight", 0, 4).ifPresent(widths::add);
      if (shape(block(size, 0) + "attn_qkv.weight") != null) {
        attending.add(size);
      }
    }
    boolean known =
        images.isPresent()
            && noise.isPresent()
            && embedding.isPresent()
            && !widths.isEmpty()
            && shape("out_gain") != null
            && shape(block(resolution, 0) + "emb_gain") != null;
    if (!known) {
      return Optional.empty();
    }
    int unit = embedding.getAsInt();
    for (int width : widths) {
      unit = divisor(unit, width);
    }
    int channels = divisor(unit, noise.getAsInt());
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("img_resolution", resolution);
    arguments.put("img_channels", images.getAsInt());
    arguments.put("label_dim", size("emb_label.weight", 1, 2).orElse(0));
    arguments.put("model_channels", channels);
    arguments.put("channel_mult", widths.stream().map(width -> width / channels).toList());
    arguments.put("channel_mult_noise", noise.getAsInt() / channels);
    arguments.put("channel_mult_emb", embedding.getAsInt() / channels);
    arguments.put("num_blocks", blocks);
    arguments.put("attn_resolutions", List.copyOf(attending));
    int[] logVariance = shapes.get("logvar_fourier.freqs");
    if (logVariance != null && logVariance.length == 1) {
      arguments.put("logvar_channels", logVariance[0]);
    }
    return Optional.of(arguments);
  }

  /** The resolution of the next level; 0 where there is none. */
  private static int half(int size) {
    return size % 2 == 0 ? size / 2 : 0;
  }

  private static String block(int size, int index) {
    return "enc." + size + "x" + size + "_block" + index + ".";
  }

  private int blocks(int size) {
    int count = 0;
    while (shape(block(size, count) + "conv_res1.weight") != null) {
      count++;
    }
    return count;
  }

  private int @Nullable [] shape(String name) {
    return shapes.get(prefix + name);
  }

  /** One size of a weight, where that has so many axes. */
  private OptionalInt size(String name, int axis, int rank) {
    int[] shape = shape(name);
    return shape != null && shape.length == rank && shape[axis] > 0
        ? OptionalInt.of(shape[axis])
        : OptionalInt.empty();
  }

  private static int divisor(int a, int b) {
    return b == 0 ? a : divisor(b, a % b);
  }
}

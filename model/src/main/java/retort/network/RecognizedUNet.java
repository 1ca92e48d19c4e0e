package retort.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.graph.GraphException;
import retort.graph.Tensor;

/**
 * The network behind a state dictionary without a configuration, as far as names and shapes tell:
 * how much is dropped out in training is not known, and has the published default.
 *
 * @param className {@link EdmUNet#SONG} or {@link EdmUNet#DHARIWAL}
 * @param arguments what {@link EdmUNet#of} takes
 */
public record RecognizedUNet(String className, Map<String, Object> arguments) {
  private static final Pattern LEVEL = Pattern.compile("enc\\.(\\d{1,5})x\\1_.*");
  private static final double WHOLE = 1e-4;

  public RecognizedUNet {
    arguments = Map.copyOf(arguments);
  }

  /** The network itself. */
  public EdmUNet network() {
    return EdmUNet.of(className, new Arguments(arguments));
  }

  /**
   * Recognises a network.
   *
   * @param state its tensors, named without {@code model.} before them
   * @return nothing when it is another network than these U-Nets
   * @throws GraphException when it is one of them but tensors are missing or misshapen
   */
  public static Optional<RecognizedUNet> of(Map<String, Tensor> state) {
    List<Integer> sizes = sizes(state);
    if (sizes.isEmpty()
        || !state.containsKey("dec." + at(sizes.get(0)) + "_block0.affine.weight")) {
      return Optional.empty();
    }
    Names names = new Names(state, sizes);
    if (state.containsKey("dec." + at(sizes.get(0)) + "_aux_conv.weight")) {
      return Optional.of(new RecognizedUNet(EdmUNet.SONG, song(names)));
    }
    return state.containsKey("out_norm.weight") && state.containsKey("out_conv.weight")
        ? Optional.of(new RecognizedUNet(EdmUNet.DHARIWAL, dhariwal(names)))
        : Optional.empty();
  }

  /** The resolutions of the encoder's levels, largest first. */
  private static List<Integer> sizes(Map<String, Tensor> state) {
    TreeSet<Integer> sizes = new TreeSet<>();
    for (String name : state.keySet()) {
      Matcher matcher = LEVEL.matcher(name);
      if (matcher.matches()) {
        sizes.add(Integer.valueOf(matcher.group(1)));
      }
    }
    return List.copyOf(sizes.descendingSet());
  }

  private static String at(int size) {
    return size + "x" + size;
  }

  private static Map<String, Object> song(Names names) {
    String first = "enc." + at(names.sizes.get(0)) + "_conv.weight";
    int modelChannels = names.dim(first, 0);
    Map<String, Object> arguments = names.common(modelChannels);
    arguments.put(
        "out_channels", names.dim("dec." + at(names.sizes.get(0)) + "_aux_conv.weight", 0));
    boolean told = names.has("map_layer0.weight");
    boolean fourier = names.has("map_noise.freqs");
    SongUNet.Embedding embedding =
        fourier
            ? SongUNet.Embedding.FOURIER
            : told ? SongUNet.Embedding.POSITIONAL : SongUNet.Embedding.ZERO;
    arguments.put("embedding_type", SongUNet.word(embedding));
    if (told) {
      arguments.put("channel_mult_noise", names.dim("map_layer0.weight", 1) / modelChannels);
    }
    String last = at(names.sizes.get(names.sizes.size() - 1));
    SongUNet.Encoder encoder =
        names.has("enc." + last + "_aux_skip.weight")
            ? SongUNet.Encoder.SKIP
            : names.has("enc." + last + "_aux_residual.weight")
                ? SongUNet.Encoder.RESIDUAL
                : SongUNet.Encoder.STANDARD;
    boolean adds = names.sizes.size() > 1 && names.has("dec." + last + "_aux_conv.weight");
    arguments.put("encoder_type", SongUNet.word(encoder));
    arguments.put(
        "decoder_type", SongUNet.word(adds ? SongUNet.Decoder.SKIP : SongUNet.Decoder.STANDARD));
    arguments.put("resample_filter", names.filter());
    return arguments;
  }

  private static Map<String, Object> dhariwal(Names names) {
    Map<String, Object> arguments = names.common(names.dim("map_layer0.weight", 1));
    arguments.put("out_channels", names.dim("out_conv.weight", 0));
    return arguments;
  }

  /** What can be read off names and shapes, level by level. */
  private record Names(Map<String, Tensor> state, List<Integer> sizes) {

    boolean has(String name) {
      return state.containsKey(name);
    }

    int dim(String name, int axis) {
      Tensor tensor = state.get(name);
      if (tensor == null || tensor.rank() <= axis || tensor.dim(axis) < 1) {
        throw new GraphException(
            "the network cannot be recognised: tensor '"
                + name
                + (tensor == null ? "' is missing" : "' is " + tensor)
                + "; the file is incomplete");
      }
      return tensor.dim(axis);
    }

    /** What both networks have. */
    Map<String, Object> common(int modelChannels) {
      Map<String, Object> arguments = new LinkedHashMap<>();
      List<Integer> multiples = new ArrayList<>();
      List<Integer> attending = new ArrayList<>();
      for (int size : sizes) {
        String block = "enc." + at(size) + "_block0";
        multiples.add(dim(block + ".conv0.weight", 0) / modelChannels);
        if (has(block + ".qkv.weight")) {
          attending.add(size);
        }
      }
      String first = "enc." + at(sizes.get(0));
      int blocks = 0;
      while (has(first + "_block" + blocks + ".conv0.weight")) {
        blocks++;
      }
      arguments.put("img_resolution", sizes.get(0));
      arguments.put("in_channels", dim(first + "_conv.weight", 1));
      arguments.put("label_dim", has("map_label.weight") ? dim("map_label.weight", 1) : 0);
      arguments.put("augment_dim", has("map_augment.weight") ? dim("map_augment.weight", 1) : 0);
      arguments.put("model_channels", modelChannels);
      arguments.put("channel_mult", multiples);
      arguments.put("channel_mult_emb", dim(first + "_block0.affine.weight", 1) / modelChannels);
      arguments.put("num_blocks", blocks);
      arguments.put("attn_resolutions", attending);
      return arguments;
    }

    /** The filter whose square the buffers hold; what it is multiplied with does not matter. */
    List<Double> filter() {
      for (Map.Entry<String, Tensor> entry : state.entrySet()) {
        Tensor square = entry.getValue();
        if (entry.getKey().endsWith(".resample_filter")
            && square.rank() == 4
            && square.elements() > 0) {
          return root(square);
        }
      }
      return SongUNet.BOX_FILTER;
    }

    /** The sums of rows, as multiples of the first where these are whole numbers. */
    private static List<Double> root(Tensor square) {
      double[] values = square.reals();
      int length = square.dim(3);
      List<Double> filter = new ArrayList<>();
      for (int row = 0; row < square.dim(2); row++) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
          sum += values[row * length + i];
        }
        filter.add(sum);
      }
      double first = filter.get(0);
      List<Double> multiples =
          filter.stream().map(value -> (double) Math.round(value / first)).toList();
      boolean whole = true;
      for (int i = 0; i < filter.size(); i++) {
        whole &= Math.abs(filter.get(i) / first - multiples.get(i)) < WHOLE;
      }
      return whole ? multiples : filter;
    }
  }
}

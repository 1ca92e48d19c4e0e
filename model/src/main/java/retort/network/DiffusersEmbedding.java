package retort.network;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import retort.graph.Attributes;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.GaussianNoise;

/**
 * The embedding of timestep and label in a diffusers U-Net: an encoding of the timestep through two
 * linear layers, to which that of the label is added.
 *
 * @param encoding of timesteps
 * @param channels of the encoding; the Fourier one has twice as many
 * @param width of the embedding
 * @param cosineFirst whether cosines come before sines
 * @param frequencyShift the lowest frequency is {@code 10000^(-(half - 1) / (half - shift))}
 * @param timesteps rows of the learned encoding
 * @param label what the network is told of the label
 * @param labels classes, where the network is told one
 */
public record DiffusersEmbedding(
    Encoding encoding,
    int channels,
    int width,
    boolean cosineFirst,
    double frequencyShift,
    int timesteps,
    Label label,
    int labels) {

  /** How a timestep becomes a vector. */
  public enum Encoding {
    /** Sines and cosines of fixed frequencies. */
    POSITIONAL,
    /** Sines and cosines of the logarithm at random frequencies; the timestep is a sigma. */
    FOURIER,
    /** Rows of a table, mixed linearly between timesteps. */
    LEARNED
  }

  /** What the network is told of the label. */
  public enum Label {
    /** Nothing. */
    NONE,
    /** A class: rows of a table, mixed by {@code label} [N, labels]. */
    CLASS,
    /** A number {@code label} [N, 1], encoded like a timestep. */
    TIMESTEP,
    /** The embedding itself: {@code label} [N, width]. */
    IDENTITY
  }

  private static final double MAX_PERIOD = 10000;
  private static final double FOURIER_SCALE = 16;

  public DiffusersEmbedding {
    DiffusersUNet.require(channels > 0, "block_out_channels begins with", channels, "positive");
    DiffusersUNet.require(width > 0, "time_embedding_dim", width, "positive");
    DiffusersUNet.require(
        encoding != Encoding.POSITIONAL || frequencyShift < Math.floorDiv(channels, 2),
        "freq_shift",
        frequencyShift,
        "less than half of the " + channels + " channels");
    DiffusersUNet.require(
        encoding != Encoding.LEARNED || timesteps > 0,
        "num_train_timesteps",
        timesteps,
        "positive");
    DiffusersUNet.require(
        label != Label.CLASS || labels > 0, "num_class_embeds", labels, "at least 1");
  }

  static DiffusersEmbedding of(Arguments arguments, int channels) {
    String encoding = arguments.text("time_embedding_type", "positional");
    DiffusersUNet.require(
        encoding.matches("positional|fourier|learned"),
        "time_embedding_type",
        encoding,
        "positional, fourier or learned");
    boolean classes = arguments.has("num_class_embeds");
    String label = arguments.text("class_embed_type", classes ? "class" : "none");
    DiffusersUNet.require(
        !arguments.has("class_embed_type") || label.matches("timestep|identity"),
        "class_embed_type",
        label,
        "null, timestep or identity");
    return new DiffusersEmbedding(
        Encoding.valueOf(encoding.toUpperCase(Locale.ROOT)),
        channels,
        arguments.integer("time_embedding_dim", 4 * channels),
        arguments.flag("flip_sin_to_cos", true),
        arguments.decimal("freq_shift", 0),
        arguments.integer("num_train_timesteps", 0),
        Label.valueOf(label.toUpperCase(Locale.ROOT)),
        arguments.integer("num_class_embeds", 0));
  }

  /**
   * The embedding {@code [N, width]} as a part of a graph under construction.
   *
   * @param timestep {@code [N]}
   * @param seed of the random frequencies of a fresh network
   */
  Value apply(GraphBuilder g, Layers layers, WeightSource source, long seed, Value timestep) {
    Optional<Value> table =
        switch (encoding) {
          case POSITIONAL -> Optional.empty();
          case FOURIER -> Optional.of(frequencies(g, source, seed));
          case LEARNED -> Optional.of(layers.table("time_proj", timesteps, channels));
        };
    Value embedding = layered(layers, "time_embedding", encode(g, table, timestep));
    return switch (label) {
      case NONE -> embedding;
      case CLASS -> {
        Value classes = layers.table("class_embedding", labels, width);
        yield embedding.plus(mix(g, label(g, labels), classes));
      }
      case TIMESTEP -> {
        Value encoded = encode(g, table, label(g, 1).reshape(-1));
        yield embedding.plus(layered(layers, "class_embedding", encoded));
      }
      case IDENTITY -> embedding.plus(label(g, width));
    };
  }

  /** {@code [N, rows]} to {@code [N, columns]}: the rows of a table in these shares. */
  private static Value mix(GraphBuilder g, Value shares, Value table) {
    return g.add(Operator.GEMM, Attributes.none(), List.of(shares, table));
  }

  private static Value label(GraphBuilder g, int size) {
    return g.input("label", Shape.batch(size));
  }

  private Value layered(Layers layers, String name, Value encoded) {
    Value hidden = layers.linear(name + ".linear_1", encoded, width).silu();
    return layers.linear(name + ".linear_2", hidden, width);
  }

  private Value frequencies(GraphBuilder g, WeightSource source, long seed) {
    String name = "time_proj.weight";
    int[] shape = {channels};
    Tensor frequencies =
        source.weight(
            name,
            shape,
            () -> {
              float[] drawn = new GaussianNoise(seed, 0).elements(channels);
              for (int i = 0; i < channels; i++) {
                drawn[i] *= (float) FOURIER_SCALE;
              }
              return Tensor.floats(shape, drawn);
            });
    return g.buffer(name, frequencies);
  }

  /** The encoding of numbers {@code [N]}, by the table of frequencies or rows where it has one. */
  Value encode(GraphBuilder g, Optional<Value> table, Value number) {
    Value column = number.reshape(-1, 1);
    return switch (encoding) {
      case POSITIONAL -> positional(g, column);
      case FOURIER -> {
        Value angles = column.log().times(table.orElseThrow()).times(2 * Math.PI);
        yield angles.sin().concat(angles.cos(), 1);
      }
      case LEARNED -> {
        float[] rows = new float[timesteps];
        for (int t = 0; t < timesteps; t++) {
          rows[t] = t;
        }
        Value distance = column.minus(g.constant(Tensor.floats(new int[] {1, timesteps}, rows)));
        Value nearness = g.constant(1).minus(distance.abs()).relu();
        yield mix(g, nearness, table.orElseThrow());
      }
    };
  }

  /** In single precision, step by step, since angles reach a thousand. */
  private Value positional(GraphBuilder g, Value column) {
    int half = channels / 2;
    float[] frequencies = new float[half];
    for (int k = 0; k < half; k++) {
      float exponent = (float) -Math.log(MAX_PERIOD) * k / (float) (half - frequencyShift);
      frequencies[k] = (float) Math.exp(exponent);
    }
    Value angles = column.times(g.constant(Tensor.floats(new int[] {1, half}, frequencies)));
    Value encoded =
        cosineFirst ? angles.cos().concat(angles.sin(), 1) : angles.sin().concat(angles.cos(), 1);
    return channels % 2 == 0 ? encoded : encoded.concat(column.times(0), 1);
  }
}

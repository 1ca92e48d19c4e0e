package retort.exporter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import retort.denoiser.Preconditioning;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.DiffusersUNet;
import retort.network.Edm2UNet;
import retort.network.WeightSource;

/** Weights of small networks by their published names, and a small network of nobody's. */
final class TinyNetworks {
  /** EDM's DDPM++ for images of 8x8 with three labels. */
  static final Map<String, Object> EDM =
      Map.of(
          "img_resolution", 8,
          "img_channels", 3,
          "label_dim", 3,
          "model_type", "SongUNet",
          "model_channels", 8,
          "channel_mult", List.of(1, 2),
          "num_blocks", 1,
          "attn_resolutions", List.of(4),
          "augment_dim", 2);

  static final Map<String, Object> EDM2 =
      Map.of(
          "img_resolution", 8,
          "img_channels", 3,
          "label_dim", 3,
          "model_channels", 8,
          "channel_mult", List.of(1, 2),
          "num_blocks", 1,
          "attn_resolutions", List.of(4));

  /** A class-conditional UNet2DModel, as its config.json has it. */
  static final Map<String, Object> DIFFUSERS =
      Map.of(
          "sample_size", 8,
          "in_channels", 3,
          "out_channels", 3,
          "layers_per_block", 1,
          "block_out_channels", List.of(8, 8),
          "norm_num_groups", 4,
          "down_block_types", List.of("DownBlock2D", "AttnDownBlock2D"),
          "up_block_types", List.of("AttnUpBlock2D", "UpBlock2D"),
          "attention_head_dim", 4,
          "num_class_embeds", 3);

  private TinyNetworks() {}

  static Map<String, Tensor> edm(String className) {
    Arguments arguments = new Arguments(EDM);
    return tensors(
        "model.",
        source -> Preconditioning.of(className, arguments).network(arguments).build(source));
  }

  static Map<String, Tensor> edm2() {
    return tensors("unet.", source -> Edm2UNet.of(new Arguments(EDM2)).build(source));
  }

  static Map<String, Tensor> diffusers() {
    return tensors("", source -> DiffusersUNet.of(new Arguments(DIFFUSERS)).build(source));
  }

  /** What a network asks for while it is built, drawn from a normal distribution. */
  static Map<String, Tensor> tensors(String prefix, Consumer<WeightSource> build) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Random random = new Random(3);
    build.accept(
        (name, shape, initial) -> {
          float[] values = new float[Tensor.elements(shape)];
          for (int i = 0; i < values.length; i++) {
            double drawn = 0.2 * random.nextGaussian();
            values[i] = (float) (name.endsWith("running_var") ? 1 + Math.abs(drawn) : drawn);
          }
          Tensor tensor = Tensor.floats(shape, values);
          tensors.put(prefix + name, tensor);
          return tensor;
        });
    return tensors;
  }

  /**
   * A network with inputs {@code picture} [N, 2, 8, 8] and {@code when} [N], perhaps {@code
   * class_row}, one-hot [N, 3], and {@code extra}, a number; outputs {@code answer} and {@code
   * middle}.
   */
  static Graph foreign(boolean labelled, boolean extra) {
    Random random = new Random(4);
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("picture", Shape.batch(2, 8, 8));
    Value t = g.input("when", Shape.batch()).reshape(-1, 1, 1, 1);
    Value middle =
        x.conv(weight(g, random, "in.weight", 6, 2, 3, 3), weight(g, random, "in.bias", 6), 1)
            .plus(t.times(0.01))
            .silu();
    if (labelled) {
      Value row = g.input("class_row", Shape.batch(3));
      Value table = weight(g, random, "label.weight", 3, 6);
      Value embedded = g.add(Operator.MAT_MUL, Attributes.none(), List.of(row, table));
      middle = middle.plus(embedded.reshape(-1, 6, 1, 1));
    }
    if (extra) {
      middle = middle.times(g.input("extra", DataType.FLOAT32, Shape.of(1)).reshape(1, 1, 1, 1));
    }
    g.output(
        "answer",
        middle.conv(
            weight(g, random, "out.weight", 2, 6, 3, 3), weight(g, random, "out.bias", 2), 1));
    g.output("middle", middle);
    return g.build();
  }

  private static Value weight(GraphBuilder g, Random random, String name, int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.2 * random.nextGaussian());
    }
    return g.parameter(name, Tensor.floats(shape, values));
  }
}

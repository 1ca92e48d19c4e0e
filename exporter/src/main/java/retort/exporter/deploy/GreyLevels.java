package retort.exporter.deploy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Value;

/** The output that a server sends on: pixels of eight bits, channels last. */
final class GreyLevels {
  private GreyLevels() {}

  /**
   * A generator whose {@code image} is uint8 [N, H, W, C], {@code x * 127.5 + 128} clipped to [0,
   * 255] and truncated, instead of float32 [N, C, H, W] in [-1, 1].
   */
  static Graph of(Graph generator) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new HashMap<>();
    for (Graph.Input input : generator.inputs()) {
      arguments.put(input.name(), g.input(input.name(), input.type(), input.shape()));
    }
    Value image = Objects.requireNonNull(g.call(generator, "", arguments).get(DenoiserModel.IMAGE));
    Value scaled = image.times(127.5).plus(128);
    Value clipped =
        g.add(Operator.CLIP, Attributes.none(), List.of(scaled, g.constant(0), g.constant(255)));
    Attributes type = Attributes.none().with("to", (long) DataType.UINT8.onnxCode());
    Value levels = g.add(Operator.CAST, type, List.of(clipped));
    g.output(DenoiserModel.IMAGE, levels.transpose(0, 2, 3, 1));
    return g.build();
  }
}

package retort.network;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.Tolerance;

/** The residual block alone against the published code. */
class UNetBlockParityTest {
  /** The reference was computed in float32. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-5);

  @TestFactory
  Stream<DynamicTest> aBlockAgrees() {
    return ReferenceCases.tests(Set.of("networks.UNetBlock"), UNetBlockParityTest::assertAgrees);
  }

  private static void assertAgrees(ReferenceCase reference) {
    Tensor x = reference.tensor("x");
    Tensor emb = reference.tensor("emb");
    JsonObject meta = reference.meta();
    int out = meta.get("out_channels").getAsInt();
    UNetBlock block =
        new UNetBlock(
            heads(meta, out),
            0,
            meta.get("skip_scale").getAsDouble(),
            meta.get("eps").getAsDouble(),
            meta.get("adaptive_scale").getAsBoolean(),
            meta.get("resample_proj").getAsBoolean(),
            filter(meta),
            UNetBlock.Initial.KAIMING);

    GraphBuilder g = new GraphBuilder();
    Value image = g.input("x", Shape.batch(x.dim(1), x.dim(2), x.dim(3)));
    Value embedding = g.input("emb", Shape.batch(emb.dim(1)));
    Layers layers = new Layers(g, WeightSource.INITIAL, 1);
    g.output("y", block.apply(layers, "block", image, embedding, out, mode(meta)));
    Map<String, Tensor> weights = new HashMap<>();
    reference
        .tensors("state_dict.npz")
        .forEach((name, tensor) -> weights.put("block." + name, tensor));
    weights.keySet().removeIf(name -> name.endsWith("resample_filter"));
    Graph graph = g.build().withWeights(weights);

    Tensor actual = Interpreter.run(graph, Map.of("x", x, "emb", emb)).get("y");
    TOLERANCE.check("out", actual, reference.tensor("out"));
  }

  /** As published: a number of heads, or how many channels each has. */
  private static int heads(JsonObject meta, int out) {
    if (!meta.get("attention").getAsBoolean()) {
      return 0;
    }
    return says(meta, "num_heads")
        ? meta.get("num_heads").getAsInt()
        : out / (says(meta, "channels_per_head") ? meta.get("channels_per_head").getAsInt() : 64);
  }

  private static UNetBlock.Resampling mode(JsonObject meta) {
    if (says(meta, "up") && meta.get("up").getAsBoolean()) {
      return UNetBlock.Resampling.UP;
    }
    return says(meta, "down") && meta.get("down").getAsBoolean()
        ? UNetBlock.Resampling.DOWN
        : UNetBlock.Resampling.NONE;
  }

  private static List<Double> filter(JsonObject meta) {
    if (!says(meta, "resample_filter")) {
      return SongUNet.BOX_FILTER;
    }
    List<Double> filter = new ArrayList<>();
    meta.getAsJsonArray("resample_filter").forEach(value -> filter.add(value.getAsDouble()));
    return filter;
  }

  private static boolean says(JsonObject meta, String name) {
    return meta.has(name) && !meta.get(name).isJsonNull();
  }
}

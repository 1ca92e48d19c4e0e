package retort.network;

import com.google.gson.JsonObject;
import java.util.HashMap;
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
    UNetBlock block =
        new UNetBlock(
            meta.get("attention").getAsBoolean() ? meta.get("num_heads").getAsInt() : 0,
            0,
            meta.get("skip_scale").getAsDouble(),
            meta.get("eps").getAsDouble(),
            meta.get("adaptive_scale").getAsBoolean(),
            meta.get("resample_proj").getAsBoolean(),
            SongUNet.BOX_FILTER);
    int out = meta.get("out_channels").getAsInt();

    GraphBuilder g = new GraphBuilder();
    Value image = g.input("x", Shape.batch(x.dim(1), x.dim(2), x.dim(3)));
    Value embedding = g.input("emb", Shape.batch(emb.dim(1)));
    g.output(
        "y",
        block.apply(
            new Layers(g, WeightSource.INITIAL, 1),
            "block",
            image,
            embedding,
            out,
            UNetBlock.Resampling.NONE));
    Map<String, Tensor> weights = new HashMap<>();
    reference
        .tensors("state_dict.npz")
        .forEach((name, tensor) -> weights.put("block." + name, tensor));
    Graph graph = g.build().withWeights(weights);

    Tensor actual = Interpreter.run(graph, Map.of("x", x, "emb", emb)).get("y");
    TOLERANCE.check("out", actual, reference.tensor("out"));
  }
}

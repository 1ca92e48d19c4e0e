package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FullPrecisionTest {
  @Test
  void everyRealNumberBecomesFloat32() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", DataType.FLOAT16, Shape.batch(2));
    Value w = g.parameter("w", Tensor.reals(DataType.FLOAT16, new int[] {2}, 0.5, 2));
    Value wide = g.add(Operator.CAST, Attributes.none().with("to", 1L), List.of(x.times(w)));
    g.output("y", g.add(Operator.CAST, Attributes.none().with("to", 10L), List.of(wide)));

    Graph full = FullPrecision.of(g.build());

    assertThat(full.inputs().get(0).type()).isEqualTo(DataType.FLOAT32);
    assertThat(Types.of(full).type("y").type()).isEqualTo(DataType.FLOAT32);
    assertThat(full.parameters()).containsOnlyKeys("w");
    Tensor three = Tensor.floats(new int[] {1, 2}, 3, 3);
    Tensor y = Objects.requireNonNull(Interpreter.run(full, Map.of("x", three)).get("y"));
    assertThat(y.reals()).containsExactly(1.5, 6);
  }

  @Test
  void networksInFloat32StayAsTheyAre() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(2)).relu());
    Graph graph = g.build();

    assertThat(FullPrecision.of(graph)).isSameAs(graph);
  }
}

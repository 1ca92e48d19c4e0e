package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

/** Labels as indices, as rows of weights, and none at all. */
class LabelFormsTest {
  private static final float[] TABLE = {10, 20, 30, 40};

  /** A network that answers the embedding of its label. */
  private static Graph embedding(Shape label) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(1, 1, 5));
    g.input("t", Shape.batch());
    Value y = g.input("y", DataType.INT64, label);
    Value table = g.parameter("emb.weight", Tensor.floats(new int[] {4, 1}, TABLE));
    Value row = g.add(Operator.GATHER, Attributes.none(), List.of(table, y));
    g.output("out", x.times(0).plus(row.reshape(-1, 1, 1, 1)));
    return g.build();
  }

  /** A network that answers its label's number, by arithmetic that no table replaces. */
  private static Graph number() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(1, 1, 5));
    g.input("t", Shape.batch());
    Value y = g.input("y", DataType.INT32, Shape.batch());
    Value real = g.add(Operator.CAST, Attributes.none().with("to", 1L), List.of(y));
    g.output("out", x.times(0).plus(real.reshape(-1, 1, 1, 1)));
    return g.build();
  }

  private static SignatureHints hints(OptionalInt labels, OptionalInt none) {
    return new SignatureHints(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        labels,
        none,
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static NetworkConvention convention(Graph network, SignatureHints hints, double scale) {
    TimeInput time = new TimeInput(new SigmaTime(SigmaTime.Form.SIGMA));
    return new NetworkConvention(
        SignatureGuess.of(network, hints).signature(),
        Prediction.DENOISED,
        time,
        time.schedule().state(),
        ImageRange.OURS,
        scale);
  }

  private static double answer(Graph denoiser, double... label) {
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put("noisy", Tensor.floats(new int[] {1, 1, 1, 5}, new float[5]));
    feeds.put("sigma", Tensor.floats(new int[] {1}, 1));
    feeds.put("label", Tensor.reals(DataType.FLOAT32, new int[] {1, label.length}, label));
    return Objects.requireNonNull(Interpreter.run(denoiser, feeds).get("denoised")).reals()[0];
  }

  @Test
  void indexIntoATableTakesMixes() {
    Graph network = embedding(Shape.batch());
    SignatureHints hints = hints(OptionalInt.empty(), OptionalInt.empty());

    Graph denoiser = convention(network, hints, 1).denoiser(network);

    assertThat(denoiser.input("label").orElseThrow().shape()).isEqualTo(Shape.batch(4));
    assertThat(answer(denoiser, 0, 0, 1, 0)).isEqualTo(30);
    assertThat(answer(denoiser, 0.5, 0, 0, 0.5)).isEqualTo(25);
    assertThat(denoiser.parameters()).containsOnlyKeys("emb.weight");
  }

  @Test
  void nullLabelAnswersForWhatIsMissing() {
    Graph network = embedding(Shape.batch(1));
    SignatureHints hints = hints(OptionalInt.empty(), OptionalInt.of(1));

    Graph denoiser = convention(network, hints, 1).denoiser(network);

    assertThat(denoiser.input("label").orElseThrow().shape()).isEqualTo(Shape.batch(3));
    assertThat(answer(denoiser, 1, 0, 0)).isEqualTo(10);
    assertThat(answer(denoiser, 0, 1, 0)).isEqualTo(30);
    assertThat(answer(denoiser, 0, 0, 0)).isEqualTo(20);
    assertThat(answer(denoiser, 0, 0, 0.5)).isEqualTo(30);
  }

  @Test
  void guidanceComparesWithTheNullLabel() {
    Graph network = embedding(Shape.batch());
    SignatureHints hints = hints(OptionalInt.empty(), OptionalInt.of(3));

    Graph denoiser = convention(network, hints, 2).denoiser(network);

    assertThat(answer(denoiser, 1, 0, 0)).isCloseTo(40 + 2 * (10 - 40), within(1e-9));
  }

  @Test
  void indexWithoutATableIsTheStrongestLabel() {
    Graph network = number();
    SignatureHints hints = hints(OptionalInt.of(4), OptionalInt.of(0));

    Graph denoiser = convention(network, hints, 1).denoiser(network);

    assertThat(answer(denoiser, 0, 0.4, 0.6)).isEqualTo(3);
    assertThat(answer(denoiser, 1, 0, 0)).isEqualTo(1);
    assertThat(answer(denoiser, 0, 0, 0)).isEqualTo(0);
  }

  @Test
  void howManyLabelsMustBeSaidWhereNoTableDoes() {
    SignatureHints hints = hints(OptionalInt.empty(), OptionalInt.empty());

    assertThatThrownBy(() -> SignatureGuess.of(number(), hints))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--labels");
  }

  @Test
  void guidanceOfAnIndexNeedsANullLabel() {
    Graph network = embedding(Shape.batch());
    SignatureHints hints = hints(OptionalInt.empty(), OptionalInt.empty());

    assertThatThrownBy(() -> convention(network, hints, 2).denoiser(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--null-label");
  }
}

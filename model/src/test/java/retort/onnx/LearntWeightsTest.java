package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.graph.GraphAgreement.normal;

import java.util.List;
import org.junit.jupiter.api.Test;
import retort.graph.Tensor;

/** Which weights of a file that names none are learnt. */
class LearntWeightsTest {
  private final OnnxFiles file = OnnxFiles.opset(17).input("x", "n", 6, 4);

  private void assertLearnt(String... names) {
    assertThat(file.read("y").parameters()).containsOnlyKeys(names);
  }

  private void linear() {
    file.weight("w", normal(1, 4, 4)).node("MatMul", List.of("x", "w"), List.of("h"));
  }

  @Test
  void tablesOfPositionsAreLearnt() {
    linear();
    file.weight("positions", normal(2, 1, 6, 4));
    file.node("Add", List.of("h", "positions"), List.of("y"));

    assertLearnt("w", "positions");
  }

  @Test
  void sinusoidsAreNot() {
    float[] table = new float[24];
    for (int i = 0; i < table.length; i++) {
      int pair = i % 2;
      double angle = (i / 4) * (pair + 1);
      table[i] = (float) (i % 4 < 2 ? Math.sin(angle) : Math.cos(angle));
    }
    linear();
    file.weight("positions", Tensor.floats(new int[] {1, 6, 4}, table));
    file.node("Add", List.of("h", "positions"), List.of("y"));

    assertLearnt("w");
  }

  @Test
  void masksAreNot() {
    linear();
    file.weight("mask", normal(2, 1, 6, 4));
    file.node("Add", List.of("h", "mask"), List.of("s"));
    file.node("Softmax", List.of("s"), List.of("y"));

    assertLearnt("w");
  }

  @Test
  void tokensBesideThoseOfTheImageAreLearntAndPaddingIsNot() {
    file.weight("token", normal(2, 1, 1, 4));
    file.weight("padding", Tensor.floats(new int[] {1, 1, 4}, 0, 0, 0, 0));
    file.weight("n", Tensor.vector(3, 1, 4));
    file.weight("one", Tensor.vector(1));
    file.input("z", 1, 6, 4);
    file.node("Concat", List.of("token", "padding", "z"), List.of("y"), "axis", 1);

    assertLearnt("token");
  }

  @Test
  void gainOfARootMeanSquareNormIsLearnt() {
    file.weight("two", Tensor.scalar(2)).weight("eps", Tensor.scalar(1e-6));
    file.weight("gain", normal(3, 4));
    file.node("Pow", List.of("x", "two"), List.of("square"));
    file.node("ReduceMean", List.of("square"), List.of("mean"), "axes", new int[] {-1});
    file.node("Add", List.of("mean", "eps"), List.of("sum"));
    file.node("Sqrt", List.of("sum"), List.of("root"));
    file.node("Div", List.of("x", "root"), List.of("normal"));
    file.node("Mul", List.of("normal", "gain"), List.of("y"));

    assertLearnt("gain");
  }

  @Test
  void whatAWeightIsComputedFromIsLearnt() {
    file.weight("v", normal(1, 4, 4)).weight("g", normal(2, 1, 4));
    file.node("ReduceL2", List.of("v"), List.of("norm"), "axes", new int[] {0});
    file.node("Div", List.of("v", "norm"), List.of("unit"));
    file.node("Mul", List.of("unit", "g"), List.of("w"));
    file.node("MatMul", List.of("x", "w"), List.of("y"));

    assertLearnt("v", "g");
  }

  @Test
  void onesThatAnExporterWritesForAPlainNormAreNot() {
    linear();
    file.weight("val_7", Tensor.floats(new int[] {4}, 1, 1, 1, 1));
    file.node("LayerNormalization", List.of("h", "val_7"), List.of("y"), "axis", -1);

    assertLearnt("w");
  }

  @Test
  void frequenciesOfATimeEmbeddingAreNot() {
    file.weight("frequencies", normal(4, 4));
    file.node("Mul", List.of("x", "frequencies"), List.of("angle"));
    file.node("Sin", List.of("angle"), List.of("y"));

    assertThat(file.read("y").parameters()).isEmpty();
  }

  @Test
  void frequenciesBehindALinearLayerAreNotEither() {
    linear();
    file.weight("frequencies", normal(4, 4)).weight("phases", normal(5, 4));
    file.node("Mul", List.of("h", "frequencies"), List.of("angle"));
    file.node("Add", List.of("angle", "phases"), List.of("shifted"));
    file.node("Cos", List.of("shifted"), List.of("y"));

    assertLearnt("w");
  }

  @Test
  void vectorsAndNamedNumbersThatScaleWhatALayerMadeAreLearnt() {
    linear();
    file.weight("scale", normal(2, 1, 1, 4)).weight("shift", normal(3, 4));
    file.weight("block.gain", Tensor.scalar(0.3)).weight("number", Tensor.scalar(0.7));
    file.node("Add", List.of("x", "h"), List.of("sum"));
    file.node("Mul", List.of("sum", "scale"), List.of("scaled"));
    file.node("Sub", List.of("shift", "scaled"), List.of("shifted"));
    file.node("Mul", List.of("block.gain", "shifted"), List.of("gained"));
    file.node("Mul", List.of("gained", "number"), List.of("y"));

    assertLearnt("w", "scale", "shift", "block.gain");
  }

  @Test
  void statisticsOfDataAppliedToTheInputAreNot() {
    file.weight("mean", normal(2, 4)).weight("deviation", normal(3, 4));
    file.node("Sub", List.of("x", "mean"), List.of("centred"));
    file.node("Mul", List.of("centred", "deviation"), List.of("scaled"));
    file.weight("w", normal(1, 4, 4)).node("MatMul", List.of("scaled", "w"), List.of("y"));

    assertLearnt("w");
  }

  @Test
  void whatStandsInForNoLabelIsLearnt() {
    linear();
    file.weight("zero", Tensor.scalar(0)).weight("none", normal(2, 4));
    file.node("Greater", List.of("x", "zero"), List.of("given"));
    file.node("Where", List.of("given", "h", "none"), List.of("y"));

    assertLearnt("w", "none");
  }

  @Test
  void partsOfAPackedBiasAreLearnt() {
    file.weight("w", normal(1, 4, 2)).node("MatMul", List.of("x", "w"), List.of("h"));
    file.weight("packed", normal(2, 5)).weight("lengths", Tensor.vector(2, 3));
    file.node("Split", List.of("packed", "lengths"), List.of("first", "rest"));
    file.node("Add", List.of("h", "first"), List.of("y"));

    assertLearnt("w", "packed");
  }

  @Test
  void singularVectorsOfANormalisedWeightAreNot() {
    file.weight("w", normal(1, 4, 4)).weight("w_u", normal(2, 4)).weight("w_v", normal(3, 4));
    file.node("MatMul", List.of("w_u", "w"), List.of("row"));
    file.node("MatMul", List.of("row", "w_v"), List.of("sigma"));
    file.node("Div", List.of("w", "sigma"), List.of("unit"));
    file.node("MatMul", List.of("x", "unit"), List.of("y"));

    assertLearnt("w");
  }
}

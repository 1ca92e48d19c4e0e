package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.graph.GraphAgreement.assertAgree;
import static retort.graph.GraphAgreement.normal;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatternRaisingTest {
  private final GraphBuilder g = new GraphBuilder();

  @Test
  void siluIsFoundInEitherOrder() {
    Value x = g.input("x", Shape.batch(3));

    Value one = x.times(sigmoid(x));
    Value two = sigmoid(one).times(one);
    g.output("y", two);

    assertRaised(Operator.SILU, Operator.SILU);
  }

  @Test
  void siluWhoseGateIsUsedElsewhereStays() {
    Value x = g.input("x", Shape.batch(3));
    Value gate = sigmoid(x);

    g.output("y", x.times(gate).plus(gate));

    assertRaised(Operator.SIGMOID, Operator.MUL, Operator.ADD);
  }

  @Test
  void geluOfPyTorchIsFound() {
    Value x = g.input("x", Shape.batch(3));

    g.output("y", x.times(erf(x.over((float) Math.sqrt(2))).plus(1)).times(0.5));

    assertRaised(Operator.GELU);
  }

  @Test
  void geluWithFactorsInAnotherOrderIsFound() {
    Value x = g.input("x", Shape.batch(3));

    Value half = x.times(0.5);
    g.output("y", half.times(g.constant(1).plus(erf(x.times(Math.sqrt(0.5))))));

    assertRaised(Operator.GELU);
  }

  @Test
  void approximateGeluOfPyTorchIsFound() {
    Value x = g.input("x", Shape.batch(3));

    Value inner = x.plus(x.times(x.times(x)).times(0.044715)).times(Math.sqrt(2 / Math.PI));
    g.output("y", x.times(tanh(inner).plus(1)).times(0.5));

    assertRaised(Operator.GELU);
  }

  @Test
  void approximateGeluWithAPowerIsFound() {
    Value x = g.input("x", Shape.batch(3));

    Value cube = g.add(Operator.POW, Attributes.none(), List.of(x, g.constant(3)));
    Value inner = g.constant(Math.sqrt(2 / Math.PI)).times(x.plus(cube.times(0.044715)));
    g.output("y", x.times(g.constant(0.5).times(tanh(inner).plus(1))));

    assertRaised(Operator.GELU);
  }

  @Test
  void gateThatIsNoGeluStays() {
    Value x = g.input("x", Shape.batch(3));

    g.output("y", x.times(tanh(x.plus(x.times(x.times(x)).times(0.05))).plus(1)).times(0.5));

    assertThat(operators(PatternRaising.raise(g.build()))).doesNotContain(Operator.GELU);
  }

  @Test
  void mishIsFound() {
    Value x = g.input("x", Shape.batch(3));

    g.output("y", x.times(tanh(g.add(Operator.SOFTPLUS, Attributes.none(), List.of(x)))));

    assertRaised(Operator.MISH);
  }

  @Test
  void castToTheSameTypeGoes() {
    Value x = g.input("x", Shape.batch(3));

    Value same = g.add(Operator.CAST, Attributes.none().with("to", 1L), List.of(x));
    g.output("y", same.times(sigmoid(x)));

    assertRaised(Operator.SILU);
  }

  @Test
  void softmaxByWayOfAMatrixIsFound() {
    Value x = g.input("x", Shape.batch(2, 3));

    Value matrix =
        g.add(Operator.FLATTEN, Attributes.none().with("axis", 2L), List.of(x)).softmax(1);
    g.output("y", reshaped(matrix, shape(x)));

    assertRaised(Operator.SOFTMAX);
  }

  @Test
  void groupNormOfPyTorchKeepsItsParameters() {
    Value x = g.input("x", Shape.batch(4, 5, 5));
    Value scale = g.parameter("scale", normal(1, 4, 1, 1));
    Value bias = g.parameter("bias", normal(2, 4, 1, 1));

    Value normal = reshaped(instanceNorm(x.reshape(0, 2, -1), 2), shape(x));
    g.output("y", normal.times(scale).plus(bias));

    assertRaised(Operator.RESHAPE, Operator.RESHAPE, Operator.GROUP_NORM);
    assertThat(PatternRaising.raise(g.build()).parameters()).containsOnlyKeys("scale", "bias");
  }

  @Test
  void groupNormWithoutScaleIsFound() {
    Value x = g.input("x", Shape.batch(4, 5, 5));

    g.output("y", reshaped(instanceNorm(x.reshape(0, 2, -1), 2), shape(x)).times(3));

    assertRaised(Operator.GROUP_NORM, Operator.MUL);
  }

  @Test
  void instanceNormWithAScaleOfItsOwnStays() {
    Value x = g.input("x", Shape.batch(4, 5, 5));
    Value groups = x.reshape(0, 2, -1);
    Value scale = g.constant(Tensor.floats(new int[] {2}, 1, 2));
    Value zeros = g.constant(Tensor.floats(new int[] {2}, 0, 0));

    Value normal =
        g.add(Operator.INSTANCE_NORMALIZATION, Attributes.none(), List.of(groups, scale, zeros));
    g.output("y", normal.reshape(0, 4, 5, 5));

    assertRaised(Operator.RESHAPE, Operator.INSTANCE_NORMALIZATION, Operator.RESHAPE);
  }

  @Test
  void groupNormInElementaryOperationsIsFound() {
    Value x = g.input("x", Shape.batch(4, 5, 5));
    Value scale = g.parameter("scale", normal(1, 4));
    Value bias = g.parameter("bias", normal(2, 4));

    Value normal = standardized(x.reshape(0, 2, 2, 5, 5), 2, 3, 4).reshape(0, 4, 5, 5);
    g.output("y", bias.reshape(4, 1, 1).plus(scale.reshape(4, 1, 1).times(normal)));

    assertRaised(Operator.GROUP_NORM);
  }

  @Test
  void standardGroupNormalizationBecomesOurs() {
    Value x = g.input("x", Shape.batch(4, 5));
    Attributes attributes = Attributes.none().with("num_groups", 2L).with("epsilon", 1e-3);

    g.output(
        "y",
        g.add(
            Operator.GROUP_NORMALIZATION,
            attributes,
            List.of(x, g.parameter("s", normal(1, 4)), g.parameter("b", normal(2, 4)))));

    assertRaised(Operator.GROUP_NORM);
  }

  @Test
  void layerNormOfPyTorchIsFound() {
    Value x = g.input("x", Shape.batch(3, 6));

    Value normal = standardized(x, -1);
    g.output(
        "y", normal.times(g.parameter("s", normal(1, 6))).plus(g.parameter("b", normal(2, 6))));

    assertRaised(Operator.LAYER_NORMALIZATION);
  }

  @Test
  void layerNormByReciprocalAndWithoutBiasIsFound() {
    Value x = g.input("x", Shape.batch(3, 6));

    Value centred = x.minus(x.mean(1, 2));
    Value deviation = centred.squared().mean(1, 2).plus(1e-6).sqrt();
    Value normal = deviation.reciprocal().times(centred);
    g.output("y", g.parameter("s", normal(1, 1, 3, 6)).times(normal));

    assertRaised(Operator.RESHAPE, Operator.LAYER_NORMALIZATION);
  }

  @Test
  void bareLayerNormIsFound() {
    Value x = g.input("x", Shape.batch(6));

    g.output("y", standardized(x, 1));

    assertRaised(Operator.LAYER_NORMALIZATION);
  }

  @Test
  void normalisationWhoseMeanIsAResultStays() {
    Value x = g.input("x", Shape.batch(6));
    Value mean = x.mean(1);
    Value centred = x.minus(mean);

    g.output("y", centred.over(centred.squared().mean(1).plus(1e-5).sqrt()));
    g.output("mean", mean);

    assertThat(operators(PatternRaising.raise(g.build())))
        .doesNotContain(Operator.LAYER_NORMALIZATION);
  }

  @Test
  void einsumThatIsNoMatrixProductStays() {
    Value x = g.input("x", Shape.batch(3));

    g.output("y", einsum("nc,nc->nc", x, x));

    assertRaised(Operator.EINSUM);
  }

  private Value einsum(String equation, Value a, Value b) {
    return g.add(Operator.EINSUM, Attributes.none().with("equation", equation), List.of(a, b));
  }

  private void assertRaised(Operator... expected) {
    Graph graph = g.build();

    Graph raised = PatternRaising.raise(graph);

    assertThat(operators(raised)).filteredOn(o -> o != Operator.IDENTITY).containsExactly(expected);
    assertAgree(raised, graph, 1e-7);
  }

  private static List<Operator> operators(Graph graph) {
    return graph.nodes().stream().map(Node::operator).toList();
  }

  private Value sigmoid(Value x) {
    return g.add(Operator.SIGMOID, Attributes.none(), List.of(x));
  }

  private Value tanh(Value x) {
    return g.add(Operator.TANH, Attributes.none(), List.of(x));
  }

  private Value erf(Value x) {
    return g.add(Operator.ERF, Attributes.none(), List.of(x));
  }

  private Value shape(Value x) {
    return g.add(Operator.SHAPE, Attributes.none(), List.of(x));
  }

  private Value reshaped(Value x, Value shape) {
    return g.add(Operator.RESHAPE, Attributes.none(), List.of(x, shape));
  }

  private Value instanceNorm(Value x, int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    int[] shape = {channels};
    return g.add(
        Operator.INSTANCE_NORMALIZATION,
        Attributes.none().with("epsilon", 1e-6),
        List.of(
            x,
            g.constant(Tensor.floats(shape, ones)),
            g.constant(Tensor.floats(shape, new float[channels]))));
  }

  private Value standardized(Value x, long... axes) {
    Value centred = x.minus(x.mean(axes));
    Value square = g.add(Operator.POW, Attributes.none(), List.of(centred, g.constant(2)));
    return centred.over(square.mean(axes).plus(1e-5).sqrt());
  }
}

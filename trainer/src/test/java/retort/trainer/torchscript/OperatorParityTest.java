package retort.trainer.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/** TorchScript in float32 against the interpreter in double precision, operator by operator. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorParityTest {
  /** A few roundings of float32, on values that lose little to cancellation. */
  private static final double TOLERANCE = 3e-5;

  /** Rounding of float32 in the gradient; the difference quotient is good to about 1e-8. */
  private static final double GRADIENT_TOLERANCE = 1e-4;

  private static final double STEP = 1e-6;

  private final Torch torch = Torch.open(1, Layout.CONTIGUOUS);

  @AfterAll
  void close() {
    torch.close();
  }

  static List<OperatorCase> cases() {
    return OperatorCases.all();
  }

  @Test
  void everyOperatorHasACase() {
    EnumSet<Operator> covered = EnumSet.noneOf(Operator.class);
    cases().forEach(one -> covered.add(one.operator()));

    assertThat(EnumSet.complementOf(covered)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsAgreeWithTheInterpreter(OperatorCase one) {
    Graph graph = one.graph();
    NetworkWeights weights = torch.weights(graph);
    Program program = torch.compile(graph);

    boolean differentiable = one.isDifferentiable();
    Map<String, Tensor> actual =
        differentiable
            ? program.differentiate(OperatorCase.FEEDS, weights.learnt())
            : program.compute(OperatorCase.FEEDS, weights.frozen());

    assertAllClose(actual, Interpreter.run(graph, OperatorCase.FEEDS), TOLERANCE);
    if (differentiable) {
      assertAllClose(weights.gradientValues(), gradients(graph), GRADIENT_TOLERANCE);
    }
  }

  @ParameterizedTest(name = "batch of {0}")
  @ValueSource(ints = {1, 3})
  void oneTextServesEveryBatchSize(int n) {
    Graph graph = shapesFromTheBatch();
    Program program = torch.compile(graph);
    Map<String, Tensor> feeds = Map.of("x", Operands.normal(n, 4, 2, 2));

    Map<String, Tensor> actual = program.compute(feeds, torch.weights(graph).frozen());

    assertAllClose(actual, Interpreter.run(graph, feeds), TOLERANCE);
  }

  /** Shapes, ranges, slices and fillings whose sizes follow from the batch. */
  private static Graph shapesFromTheBatch() {
    Attributes none = Attributes.none();
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4, 2, 2));
    Value first = g.constant(Tensor.vector(0));
    Value zero = g.constant(Tensor.integers(DataType.INT64, new int[0], 0));
    Value one = g.constant(Tensor.integers(DataType.INT64, new int[0], 1));
    Value shape = g.add(Operator.SHAPE, none, List.of(x));
    Value batch = g.add(Operator.GATHER, none, List.of(shape, first));
    Value count = g.add(Operator.GATHER, none, List.of(shape, zero));

    Value half = g.constant(Tensor.vector(2, -1));
    Value wanted = g.add(Operator.CONCAT, none.with("axis", 0), List.of(batch, half));
    g.output("reshaped", g.add(Operator.RESHAPE, none, List.of(x, wanted)));

    Value twice = x.concat(x.times(2), 0);
    g.output("joined", twice);
    List<Value> parts = g.add(Operator.SPLIT, none.with("num_outputs", 2), List.of(twice), 2);
    g.output("second", parts.get(1));
    Value last = g.constant(Tensor.vector(-1));
    Value before = g.constant(Tensor.vector(Long.MIN_VALUE));
    g.output("reversed", g.add(Operator.SLICE, none, List.of(x, last, before, first, last)));
    g.output(
        "rest", g.add(Operator.SLICE, none, List.of(twice, batch, g.constant(Tensor.vector(99)))));

    Value real = g.add(Operator.CAST, none.with("to", 1), List.of(count));
    g.output("mean", x.sum().over(real));
    Value range = g.add(Operator.RANGE, none, List.of(zero, count, one));
    g.output("range", g.add(Operator.CAST, none.with("to", 1), List.of(range)));
    g.output("filled", g.add(Operator.CONSTANT_OF_SHAPE, none, List.of(batch)));
    Value column = g.add(Operator.CONCAT, none.with("axis", 0), List.of(batch, first.plus(one)));
    g.output("expanded", g.add(Operator.EXPAND, none, List.of(g.constant(1.5), column)));
    g.output("depth", g.add(Operator.DEPTH_TO_SPACE, none.with("blocksize", 2), List.of(x)));
    return g.build();
  }

  /** Central differences of the loss, for every parameter. */
  private static Map<String, Tensor> gradients(Graph graph) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> parameter : graph.parameters().entrySet()) {
      Tensor value = parameter.getValue();
      double[] gradient = new double[value.elements()];
      for (int i = 0; i < gradient.length; i++) {
        double up = loss(graph, parameter.getKey(), value, i, STEP);
        double down = loss(graph, parameter.getKey(), value, i, -STEP);
        gradient[i] = (up - down) / (2 * STEP);
      }
      gradients.put(parameter.getKey(), Tensor.reals(DataType.FLOAT32, value.shape(), gradient));
    }
    return gradients;
  }

  private static double loss(Graph graph, String name, Tensor value, int i, double step) {
    double[] moved = value.reals().clone();
    moved[i] += step;
    Tensor tensor = Tensor.reals(DataType.FLOAT32, value.shape(), moved);
    Map<String, Tensor> results =
        Interpreter.run(graph.withWeights(Map.of(name, tensor)), OperatorCase.FEEDS);
    return Objects.requireNonNull(results.get("loss")).reals()[0];
  }

  private static void assertAllClose(
      Map<String, Tensor> actual, Map<String, Tensor> expected, double tolerance) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          Tensor other = Objects.requireNonNull(actual.get(name));
          assertThat(other.shape()).as("shape of " + name).isEqualTo(tensor.shape());
          double scale = Arrays.stream(tensor.reals()).map(Math::abs).max().orElse(0);
          for (int i = 0; i < tensor.elements(); i++) {
            assertThat(Math.abs(other.reals()[i] - tensor.reals()[i]))
                .as(name + "[" + i + "] is " + other.reals()[i] + ", not " + tensor.reals()[i])
                .isLessThanOrEqualTo(tolerance * Math.max(1, scale));
          }
        });
  }
}

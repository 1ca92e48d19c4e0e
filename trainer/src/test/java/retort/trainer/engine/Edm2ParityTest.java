package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.denoiser.DenoiserModel;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Projection;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.reference.TinyEdm2;
import retort.reference.Tolerance;

/** EDM2 in TorchScript against the interpreter, and what training does to its weights. */
class Edm2ParityTest {
  /** Both sides compute in double precision. */
  private static final Tolerance DOUBLE = new Tolerance(1e-10);

  /** One side computes in float32. */
  private static final Tolerance SINGLE = new Tolerance(1e-5);

  /** A filter of magnitude 1 / (1 + 1e-4) changes by 1e-8. */
  private static final Tolerance UNCHANGED = new Tolerance(1e-6);

  /** How far to both sides a slope is taken. */
  private static final double STEP = 1e-3;

  /** The third derivative's share of a slope, and the gradient's rounding to float32. */
  private static final double SLOPE_TOLERANCE = 2e-4;

  private static final int N = 2;

  private final DenoiserModel model = TinyEdm2.denoiser(2);

  private static Map<String, Tensor> feeds() {
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put("noisy", TinyEdm2.normal(1, N, 1, 8, 8));
    feeds.put("sigma", Tensor.floats(new int[] {N}, 0.2f, 3));
    feeds.put("label", Tensor.floats(new int[] {N, 2}, 1, 0, 0, 1));
    feeds.put("v", TinyEdm2.normal(2, N, 1, 8, 8));
    return feeds;
  }

  @ParameterizedTest
  @EnumSource
  void imagesAndUncertaintyAreThoseOfTheInterpreter(Layout layout) {
    Map<String, Tensor> expected = Interpreter.run(model.graph(), feeds());
    try (Torch torch = Torch.open(1, layout)) {
      WeightView weights = torch.weights(model.graph()).frozen();

      Map<String, Tensor> twice =
          torch.compile(model.graph(), DataType.FLOAT64).compute(feeds(), weights);
      Map<String, Tensor> once = torch.compile(model.graph()).compute(feeds(), weights);

      assertThat(expected).containsKeys("denoised", "features", "logvar");
      expected.forEach((name, tensor) -> DOUBLE.check(name, twice.get(name), tensor));
      expected.forEach((name, tensor) -> SINGLE.check(name, once.get(name), tensor));
    }
  }

  /** {@code sum(D v) + sum(u)}, which every parameter has a part in. */
  private Graph loss() {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new HashMap<>();
    model
        .graph()
        .inputs()
        .forEach(input -> arguments.put(input.name(), g.input(input.name(), input.shape())));
    Map<String, Value> out = g.call(model.graph(), "", arguments);
    Value product =
        Objects.requireNonNull(out.get(DenoiserModel.DENOISED))
            .times(g.input("v", Shape.batch(1, 8, 8)));
    Value logVariance = Objects.requireNonNull(out.get(DenoiserModel.LOGVAR));
    g.output("loss", product.sum().plus(logVariance.sum()));
    return g.build();
  }

  /** Through the normalisation of weights too, to which a gradient along a filter is invisible. */
  @Test
  void gradientsAreSlopesOfTheInterpreter() {
    Graph loss = loss();
    Map<String, Tensor> gradients;
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(loss);
      torch.compile(loss).differentiate(feeds(), weights.learnt());
      gradients = weights.gradientValues();
    }

    loss.parameters()
        .forEach(
            (name, weight) -> {
              double[] gradient = Objects.requireNonNull(gradients.get(name)).reals();
              double norm = TinyEdm2.magnitude(gradient) * Math.sqrt(gradient.length);
              assertThat(norm).as("gradient of " + name).isPositive();
              double[] direction = new double[gradient.length];
              for (int i = 0; i < direction.length; i++) {
                direction[i] = gradient[i] / norm;
              }
              double slope =
                  (value(loss, name, weight, direction, STEP)
                          - value(loss, name, weight, direction, -STEP))
                      / (2 * STEP);
              assertThat(Math.abs(slope - norm)).as(name).isLessThan(SLOPE_TOLERANCE * norm);
            });
  }

  private static double value(
      Graph loss, String name, Tensor weight, double[] direction, double step) {
    double[] moved = weight.reals().clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    Tensor changed = Tensor.reals(DataType.FLOAT32, weight.shape(), moved);
    Graph graph = loss.withWeights(Map.of(name, changed));
    return Objects.requireNonNull(Interpreter.run(graph, feeds()).get("loss")).reals()[0];
  }

  @ParameterizedTest
  @EnumSource
  void aProjectionBringsEveryFilterToUnitMagnitudeAndNothingElse(Layout layout) {
    Graph graph = model.graph();
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights weights = torch.weights(graph);

      weights.project();

      weights
          .parameterValues()
          .forEach(
              (name, value) -> {
                Tensor before = Objects.requireNonNull(graph.parameters().get(name));
                if (Objects.requireNonNull(graph.weights().get(name)).projection()
                    == Projection.NONE) {
                  assertThat(value.sameAs(before)).as(name).isTrue();
                } else {
                  assertUnit(name, value, before);
                }
              });
    }
  }

  private static void assertUnit(String name, Tensor value, Tensor before) {
    double[][] filters = TinyEdm2.filters(value);
    double[][] old = TinyEdm2.filters(before);
    for (int i = 0; i < filters.length; i++) {
      double magnitude = TinyEdm2.magnitude(old[i]);
      double[] expected = new double[old[i].length];
      for (int j = 0; j < expected.length; j++) {
        expected[j] = old[i][j] / (1e-4 + magnitude);
      }
      SINGLE.check(name + " " + i, filters[i], expected);
      assertThat(TinyEdm2.magnitude(filters[i])).as(name).isBetween(0.999, 1.0);
    }
  }

  @Test
  void aProjectionOfUnitFiltersLeavesImagesAsTheyAre() {
    Graph graph = model.graph().withOutputs(List.of("denoised"));
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(graph);
      Program program = torch.compile(graph, DataType.FLOAT64);
      weights.project();
      Tensor before =
          Objects.requireNonNull(program.compute(feeds(), weights.frozen()).get("denoised"));

      weights.project();

      Tensor after = program.compute(feeds(), weights.frozen()).get("denoised");
      UNCHANGED.check("denoised", after, before);
    }
  }
}

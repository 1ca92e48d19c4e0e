package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.CosineSchedule;

/** The adapter around networks that know the answer for Gaussian images. */
class NetworkConventionTest {
  private static final TimestepTable DDPM = TimestepTable.linear(1000, 1e-4, 0.02);

  /** A way to be told the noise level, and levels at which it is exact. */
  private record Clock(
      String name, TimeInput time, GaussianNetwork.Level level, List<Double> sigmas) {}

  private static List<Clock> clocks() {
    List<Double> any = List.of(0.002, 0.1, 1.0, 24.4, 160.0);
    List<Double> table = List.of(DDPM.sigma(0), DDPM.sigma(20), DDPM.sigma(500), DDPM.sigma(999));
    return List.of(
        new Clock("sigma", sigma(SigmaTime.Form.SIGMA), (g, t) -> t, any),
        new Clock("ln sigma", sigma(SigmaTime.Form.LOG), NetworkConventionTest::exp, any),
        new Clock(
            "ln(sigma)/4", sigma(SigmaTime.Form.LOG_QUARTER), (g, t) -> exp(g, t.times(4)), any),
        new Clock(
            "flow",
            new TimeInput(new FlowTime(false), 1000, 0),
            (g, t) -> t.over(t.times(-1).plus(1000)),
            any),
        new Clock(
            "flow to the image",
            new TimeInput(new FlowTime(true)),
            (g, t) -> t.times(-1).plus(1).over(t),
            any),
        new Clock(
            "cosine",
            new TimeInput(new CosineTime(CosineSchedule.STANDARD)),
            GaussianNetwork::cosine,
            any),
        new Clock("timestep", new TimeInput(DDPM), GaussianNetwork.levels(DDPM, 1, 0), table),
        new Clock(
            "share of the timesteps",
            new TimeInput(DDPM, 1 / 999.0, 0),
            GaussianNetwork.levels(DDPM, 999, 0),
            table),
        new Clock(
            "timestep counted from 1",
            new TimeInput(DDPM, 1, 1),
            GaussianNetwork.levels(DDPM, 1, -1),
            table));
  }

  private static Value exp(GraphBuilder g, Value x) {
    return GaussianNetwork.apply(g, Operator.EXP, x);
  }

  private static TimeInput sigma(SigmaTime.Form form) {
    return new TimeInput(new SigmaTime(form));
  }

  private static final List<ImageRange> RANGES =
      List.of(
          ImageRange.OURS,
          ImageRange.of(-0.5, 0.5),
          ImageRange.of(0, 1),
          ImageRange.standardized(List.of(0.4, 0.6), List.of(0.25)));

  @TestFactory
  Stream<DynamicTest> everyConventionGivesTheDenoiserOfGaussianImages() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Clock clock : clocks()) {
      for (ImageRange range : RANGES) {
        for (Prediction prediction : Prediction.values()) {
          NoiseState state = clock.time.schedule().state();
          if (prediction != Prediction.FLOW || state == NoiseState.INTERPOLATED) {
            String name = clock.name + " " + prediction + " " + range;
            tests.add(
                DynamicTest.dynamicTest(name, () -> assertDenoises(clock, range, prediction)));
          }
        }
      }
    }
    return tests.stream();
  }

  private static void assertDenoises(Clock clock, ImageRange range, Prediction prediction) {
    boolean turned = clock.time.schedule().towardsImage();
    Graph network =
        new GaussianNetwork(range, clock.time.schedule().state())
            .graph(clock.level, prediction, turned);
    NetworkConvention convention =
        new NetworkConvention(
            SignatureGuess.of(network, SignatureHints.NONE).signature(),
            prediction,
            clock.time,
            range);

    Graph denoiser = convention.denoiser(network);

    for (double unit : clock.sigmas) {
      double sigma = unit / range.unit();
      double[] noisy = {-3 * sigma, 0.1, 0.7 + sigma, -0.2, 1, -1, sigma, 0, 0.2, 4 * sigma};
      double[] denoised = run(denoiser, Map.of("noisy", noisy, "sigma", new double[] {sigma}));
      for (int i = 0; i < noisy.length; i++) {
        double expected = GaussianNetwork.denoised(noisy[i], sigma);
        assertThat(denoised[i]).isCloseTo(expected, within(2e-5 * Math.max(1, sigma)));
      }
    }
  }

  private static double[] run(Graph graph, Map<String, double[]> feeds) {
    Map<String, Tensor> tensors = new HashMap<>();
    feeds.forEach(
        (name, values) -> {
          Shape shape = graph.input(name).orElseThrow().shape();
          int[] one = shape.at(1);
          int[] all = shape.at(values.length / Tensor.elements(one));
          tensors.put(name, Tensor.reals(DataType.FLOAT32, all, values));
        });
    return Interpreter.run(graph, tensors).values().iterator().next().reals();
  }

  @Test
  void firstHalfOfTwiceTheChannelsIsTheAnswer() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.batch(1, 1, 5));
              g.input("t", Shape.batch());
              g.output("out", x.times(0.5).concat(x.times(9), 1));
            });

    Graph denoiser = direct(network, 1).denoiser(network);

    assertThat(
            run(denoiser, Map.of("noisy", new double[] {4, 8, 0, 2, 6}, "sigma", new double[] {1})))
        .containsExactly(2, 4, 0, 1, 3);
  }

  @Test
  void imageAndNoiseTogetherTakeTwiceTheChannels() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.batch(1, 1, 5));
              g.input("t", Shape.batch());
              g.output("out", x.times(0.5));
            });
    NetworkConvention convention =
        new NetworkConvention(
            SignatureGuess.of(network, SignatureHints.NONE).signature(),
            Prediction.BOTH,
            sigma(SigmaTime.Form.SIGMA),
            ImageRange.OURS);

    assertThatThrownBy(() -> convention.denoiser(network))
        .hasMessageContaining("of which both has twice the channels");
  }

  @Test
  void imagesWithChannelsLastAreTurned() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.batch(8, 8, 3));
              g.input("t", Shape.batch());
              g.output("out", x.times(g.constant(Tensor.floats(new int[] {3}, 1, 2, 3))));
            });
    double[] ones = new double[3 * 64];
    Arrays.fill(ones, 1);

    Graph denoiser = direct(network, 1).denoiser(network);

    double[] denoised = run(denoiser, Map.of("noisy", ones, "sigma", new double[] {1}));
    assertThat(denoised[0]).isEqualTo(1);
    assertThat(denoised[64]).isEqualTo(2);
    assertThat(denoised[191]).isEqualTo(3);
  }

  @Test
  void guidanceGoesFromTheAnswerWithoutLabelThroughTheOneWith() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.batch(1, 1, 5));
              g.input("t", Shape.batch());
              Value label = g.input("label", Shape.batch(2));
              g.output("out", x.plus(label.mean(1).times(20).reshape(-1, 1, 1, 1)));
            });

    Graph denoiser = direct(network, 3).denoiser(network);

    Map<String, double[]> feeds =
        Map.of(
            "noisy", new double[] {1, 2, 3, 4, 5},
            "sigma", new double[] {1},
            "label", new double[] {1, 0});
    assertThat(run(denoiser, feeds)).containsExactly(31, 32, 33, 34, 35);
  }

  @Test
  void guidanceWithoutLabelIsRefused() {
    Graph network = identity();

    assertThatThrownBy(() -> direct(network, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes no label");
  }

  @Test
  void furtherInputsAreFixedAndInnerValuesBecomeFeatures() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.batch(1, 1, 5));
              g.input("t", Shape.batch());
              Value strength = g.input("strength", Shape.batch(1));
              Value inner = x.times(strength.reshape(-1, 1, 1, 1));
              g.output("inner", inner);
              g.output("out", inner.plus(1));
            });
    SignatureHints hints =
        new SignatureHints(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.of("out"),
            Optional.of("inner"),
            Map.of("strength", 5.0));
    NetworkSignature signature = SignatureGuess.of(network, hints).signature();

    Graph denoiser =
        new NetworkConvention(
                signature, Prediction.DENOISED, sigma(SigmaTime.Form.SIGMA), ImageRange.OURS)
            .denoiser(network);

    assertThat(denoiser.outputs()).containsExactly("denoised", "features");
    assertThat(denoiser.inputs().stream().map(Graph.Input::name)).containsExactly("noisy", "sigma");
    double[] noisy = {1, 2, 3, 4, 5};
    assertThat(run(denoiser, Map.of("noisy", noisy, "sigma", new double[] {1})))
        .containsExactly(6, 11, 16, 21, 26);
  }

  @Test
  void numberForTheWholeBatchBecomesOneForEachImage() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.of(1, 1, 1, 5));
              Value t = g.input("t", Shape.of());
              g.output("out", x.times(t.reshape(1, 1, 1, 1)));
            });

    Graph denoiser = direct(network, 1).denoiser(network);

    Map<String, double[]> feeds =
        Map.of(
            "noisy", new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
            "sigma", new double[] {1, 10});
    assertThat(run(denoiser, feeds)).containsExactly(1, 2, 3, 4, 5, 60, 70, 80, 90, 100);
  }

  @Test
  void integerTimesAreRounded() {
    Graph network =
        network(
            g -> {
              Value x = g.input("x", Shape.batch(1, 1, 5));
              Value t = g.input("t", DataType.INT64, Shape.batch());
              Value real = g.add(Operator.CAST, Attributes.none().with("to", 1L), List.of(t));
              g.output("out", x.times(0).plus(real.reshape(-1, 1, 1, 1)));
            });
    NetworkConvention convention =
        new NetworkConvention(
            SignatureGuess.of(network, SignatureHints.NONE).signature(),
            Prediction.DENOISED,
            new TimeInput(DDPM),
            ImageRange.OURS);
    double between = Math.exp(0.4 * Math.log(DDPM.sigma(499)) + 0.6 * Math.log(DDPM.sigma(500)));

    double[] times =
        run(
            convention.denoiser(network),
            Map.of("noisy", new double[15], "sigma", new double[] {between, 1e-4, 1e4}));

    assertThat(times[0]).isEqualTo(500);
    assertThat(times[5]).isEqualTo(0);
    assertThat(times[10]).isEqualTo(999);
  }

  @Test
  void rangeOfNoiseLevelsIsInOurUnits() {
    Graph network = identity();
    NetworkConvention convention =
        new NetworkConvention(
            SignatureGuess.of(network, SignatureHints.NONE).signature(),
            Prediction.EPS,
            new TimeInput(DDPM),
            ImageRange.of(-0.5, 0.5));

    Map<String, String> metadata = convention.trained().properties();

    assertThat(Double.parseDouble(metadata.get(MetadataKeys.SIGMA_MIN)))
        .isCloseTo(2 * 0.0100005, within(1e-6));
    assertThat(Double.parseDouble(metadata.get(MetadataKeys.SIGMA_MAX)))
        .isCloseTo(2 * 157.4073, within(1e-3));
  }

  private static Graph identity() {
    return network(
        g -> {
          Value x = g.input("x", Shape.batch(1, 1, 5));
          g.input("t", Shape.batch());
          g.output("out", x.times(1.5));
        });
  }

  private static Graph network(Consumer<GraphBuilder> body) {
    GraphBuilder g = new GraphBuilder();
    body.accept(g);
    return g.build();
  }

  /** A network that is told sigma and answers the clean image. */
  private static NetworkConvention direct(Graph network, double guidance) {
    return new NetworkConvention(
        SignatureGuess.of(network, SignatureHints.NONE).signature(),
        Prediction.DENOISED,
        sigma(SigmaTime.Form.SIGMA),
        NoiseState.EXPLODING,
        ImageRange.OURS,
        guidance);
  }
}

package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.reference.TinyEdm2;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * What a generator learns through the teacher and the fake score network, all three of them U-Nets,
 * against difference quotients of the loss in double precision.
 */
class GeneratorGradientTest {
  private static final int BATCH = 2;
  private static final double SCALE = 100;
  private static final SidLoss SID = new SidLoss(1.2, 2.5, SCALE);

  /** So large that the adversarial terms are a good part of the total. */
  private static final double ADVERSARIAL_SCALE = 20;

  /** How far all weights together move: quotients are then good to 1e-5 of the gradient. */
  private static final double DISTANCE = 3e-3;

  /** Gradients are of float32. */
  private static final double TOLERANCE = 2e-4;

  /** A loss, and the shares of its terms in its total. */
  private record Loss(String name, Graph graph, double identity, double adversarial) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Loss> losses() {
    SidaLoss sida = new SidaLoss(SID, ADVERSARIAL_SCALE, 1);
    int pixels = teacher().imageShape().elements();
    return Stream.of(
        new Loss("SiD", SID.generatorStep(teacher(), BATCH), SCALE / BATCH, 0),
        new Loss(
            "SiDA",
            sida.generatorStep(teacher(), BATCH),
            0.5 * SCALE / BATCH,
            0.5 * ADVERSARIAL_SCALE * pixels / BATCH));
  }

  private static DenoiserModel teacher() {
    return network(1);
  }

  /** A U-Net with attention that is random in every parameter. */
  private static DenoiserModel network(int seed) {
    SongUNet network = SongUNet.ddpmpp(8, 1, 2, 0, 4, List.of(1, 2), 1, 1, Set.of(4), 0);
    DenoiserModel model =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(0)),
            0.5,
            List.of("a", "b"),
            Map.of());
    Map<String, Tensor> initial = model.graph().parameters();
    return model.withWeights(moved(initial, 0.3, normal(seed, initial)));
  }

  /** Standard normal numbers in the shapes of some weights. */
  private static Map<String, Tensor> normal(int seed, Map<String, Tensor> like) {
    Map<String, Tensor> normal = new HashMap<>();
    like.forEach(
        (name, weight) ->
            normal.put(name, TinyEdm2.normal(31L * seed + name.hashCode(), weight.shape())));
    return normal;
  }

  /** {@code weights + distance direction}, as far as float32 can tell. */
  private static Map<String, Tensor> moved(
      Map<String, Tensor> weights, double distance, Map<String, Tensor> direction) {
    Map<String, Tensor> moved = new HashMap<>();
    weights.forEach(
        (name, weight) -> {
          float[] values = weight.floats().clone();
          double[] steps = reals(direction, name);
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] + distance * steps[i]);
          }
          moved.put(name, Tensor.floats(weight.shape(), values));
        });
    return moved;
  }

  private static Map<String, Tensor> arguments() {
    return Map.of(
        SidLoss.NOISE, TinyEdm2.normal(5, BATCH, 1, 8, 8),
        SidLoss.PERTURBATION, TinyEdm2.normal(6, BATCH, 1, 8, 8),
        DenoiserModel.SIGMA, Tensor.floats(new int[] {BATCH}, 0.4f, 2),
        DenoiserModel.LABEL, Tensor.floats(new int[] {BATCH, 2}, 1, 0, 0, 1));
  }

  /** The loss and its networks; the weight of each image can be held. */
  private static final class Setting {
    private final Loss loss;
    private final Program single;
    private final Program wide;
    private final Program judge;
    private final NetworkWeights generator;
    private final NetworkWeights teacher;
    private final WeightView weights;

    Setting(Torch torch, Loss loss) {
      this.loss = loss;
      single = torch.compile(loss.graph());
      wide = torch.compile(loss.graph(), DataType.FLOAT64);
      Graph teacherGraph = teacher().graph();
      judge =
          torch.compile(
              teacherGraph.withOutputs(List.of(DenoiserModel.DENOISED)), DataType.FLOAT64);
      generator = torch.weights(network(3).graph());
      teacher = torch.weights(teacherGraph);
      weights =
          WeightView.scoped(
              Map.of(
                  SidLoss.GENERATOR, generator.learnt(),
                  SidLoss.TEACHER, teacher.frozen(),
                  SidLoss.FAKE_SCORE, torch.weights(network(2).graph()).frozen()));
    }

    Map<String, Tensor> gradient() {
      single.differentiate(arguments(), weights);
      return generator.gradientValues();
    }

    Map<String, Tensor> terms() {
      return wide.compute(arguments(), weights);
    }

    /** {@code mean |x - r|} of each image. */
    double[] imageWeights(Map<String, Tensor> terms) {
      double[] x = reals(terms, SidLoss.IMAGES);
      double[] n = reals(arguments(), SidLoss.PERTURBATION);
      double[] sigma = reals(arguments(), DenoiserModel.SIGMA);
      int pixels = x.length / BATCH;
      double[] y = new double[x.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i] + sigma[i / pixels] * n[i];
      }
      Map<String, Tensor> arguments = new HashMap<>(arguments());
      arguments.put(
          DenoiserModel.NOISY, Tensor.reals(DataType.FLOAT64, new int[] {BATCH, 1, 8, 8}, y));
      double[] r = reals(judge.compute(arguments, teacher.frozen()), DenoiserModel.DENOISED);
      double[] means = new double[BATCH];
      for (int i = 0; i < x.length; i++) {
        means[i / pixels] += Math.abs(x[i] - r[i]) / pixels;
      }
      return means;
    }

    /** The total at moved weights with the weight of each image that it had before. */
    double total(Map<String, Tensor> moved, double[] held) {
      generator.set(moved);
      Map<String, Tensor> terms = terms();
      double[] identity = reals(terms, SidLoss.LOSS);
      double[] now = imageWeights(terms);
      double total = 0;
      for (int i = 0; i < identity.length; i++) {
        int image = i * BATCH / identity.length;
        total += loss.identity() * identity[i] * now[image] / held[image];
      }
      for (int image = 0; image < BATCH && loss.adversarial() > 0; image++) {
        double term = reals(terms, SidaLoss.ADVERSARIAL)[image];
        total += loss.adversarial() * term * now[image] / held[image];
      }
      return total;
    }
  }

  private static double[] reals(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).reals();
  }

  private static double dot(Map<String, Tensor> a, Map<String, Tensor> b) {
    double sum = 0;
    for (String name : a.keySet()) {
      double[] first = reals(a, name);
      double[] second = reals(b, name);
      for (int i = 0; i < first.length; i++) {
        sum += first[i] * second[i];
      }
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theGradientIsThatOfTheTotalWithItsWeightsHeld(Loss loss) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Setting setting = new Setting(torch, loss);
      Map<String, Tensor> start = setting.generator.parameterValues();
      double[] held = setting.imageWeights(setting.terms());

      Map<String, Tensor> gradient = setting.gradient();

      double norm = Math.sqrt(dot(gradient, gradient));
      for (Map<String, Tensor> direction : List.of(gradient, normal(7, start), normal(8, start))) {
        double distance = DISTANCE / Math.sqrt(dot(direction, direction));
        Map<String, Tensor> forth = moved(start, distance, direction);
        Map<String, Tensor> back = moved(start, -distance, direction);
        Map<String, Tensor> move = moved(forth, -1, back);

        double quotient = setting.total(forth, held) - setting.total(back, held);

        assertThat(Math.abs(quotient - dot(gradient, move)))
            .isLessThan(TOLERANCE * norm * Math.sqrt(dot(move, move)));
      }
    }
  }
}

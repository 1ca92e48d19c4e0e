package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;

/**
 * The losses on a denoiser {@code D(y; sigma) = a y} of two pixels with the features {@code b y} in
 * two channels, of which the second is 0: written out again in plain Java.
 */
class SidaLossTest {
  private static final double[] FAKE = {0.7, -1.1, 0.2, 1.9};
  private static final double[] REAL = {0.4, 0.3, -0.9, 0.6};
  private static final double[] N = {-0.4, 0.8, 1.3, -0.6};
  private static final double[] SIGMA = {0.5, 3.0};
  private static final double A = 0.45;
  private static final double B = 1.7;
  private static final int BATCH = 2;
  private static final SidLoss IDENTITY = new SidLoss(1, 2.5, 100);
  private static final SidaLoss LOSS = new SidaLoss(IDENTITY, 0.02, 3);

  private static DenoiserModel linear(double a, double b) {
    return linear(a, b, Double.NaN);
  }

  /** With the output {@code logvar}, unless u is NaN. */
  private static DenoiserModel linear(double a, double b, double u) {
    GraphBuilder g = new GraphBuilder();
    Value y = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, 2));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    g.output(DenoiserModel.DENOISED, y.times(g.parameter("a", scalar(a))));
    Value features = y.times(g.parameter("b", scalar(b)));
    g.output(DenoiserModel.FEATURES, features.concat(features.times(0), 1));
    if (!Double.isNaN(u)) {
      Value none = sigma.reshape(-1, 1, 1, 1).times(0);
      g.output(DenoiserModel.LOGVAR, none.plus(g.parameter("u", scalar(u))));
    }
    return new DenoiserModel(g.build(), 0.5, List.of(), Map.of());
  }

  private static Tensor scalar(double value) {
    return Tensor.floats(new int[] {1}, (float) value);
  }

  private static Tensor images(double[] values, int first, int count) {
    float[] floats = new float[2 * count];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[2 * first + i];
    }
    return Tensor.floats(new int[] {count, 1, 1, 2}, floats);
  }

  private static Map<String, Tensor> arguments(int first, int count) {
    float[] sigma = new float[count];
    for (int i = 0; i < count; i++) {
      sigma[i] = (float) SIGMA[first + i];
    }
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(DenoisingLoss.IMAGES, images(FAKE, first, count));
    arguments.put(SidaLoss.REAL_IMAGES, images(REAL, first, count));
    arguments.put(DenoisingLoss.NOISE, images(N, first, count));
    arguments.put(SidLoss.PERTURBATION, images(N, first, count));
    arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {count}, sigma));
    return arguments;
  }

  private static double[] output(Graph graph, Map<String, Tensor> arguments, String name) {
    return Objects.requireNonNull(Interpreter.run(graph, arguments).get(name)).reals();
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  /** The mean over both pixels of both images of a function of their logits. */
  private static double meanOverLogits(double[] images, DoubleUnaryOperator function) {
    double sum = 0;
    for (int at = 0; at < 4; at++) {
      sum += function.applyAsDouble(0.5 * B * (images[at] + SIGMA[at / 2] * N[at]));
    }
    return sum / 4;
  }

  /** What the discriminator misses: both images carry the same noise. */
  private static double discriminatorCrossEntropy() {
    return (meanOverLogits(REAL, l -> softplus(-l)) + meanOverLogits(FAKE, l -> softplus(l))) / 2;
  }

  private static double weight(int image) {
    double variance = SIGMA[image] * SIGMA[image];
    return (variance + 0.25) / (variance * 0.25);
  }

  @Test
  void theDiscriminatorsTermsAreItsCrossEntropyUnderTheWeightOfEachNoiseLevel() {
    Graph step = LOSS.fakeScoreStep(linear(A, B), BATCH);

    double[] terms = output(step, arguments(0, 2), SidaLoss.DISCRIMINATOR);

    double b = discriminatorCrossEntropy();
    assertThat(output(step, arguments(0, 2), SidaLoss.CROSS_ENTROPY)[0]).isCloseTo(b, within(1e-6));
    assertThat(terms[0]).isCloseTo(weight(0) * b, within(1e-5));
    assertThat(terms[1]).isCloseTo(weight(1) * b, within(1e-5));
  }

  @Test
  void theFakeScoreNetworksTotalIsTheSumOfBothLossesOverTheBatch() {
    Graph step = LOSS.fakeScoreStep(linear(A, B), BATCH);
    Graph denoising = DenoisingLoss.of(linear(A, B), BATCH);

    double total = output(step, arguments(0, 2), SidLoss.TOTAL)[0];

    double expected =
        output(denoising, arguments(0, 2), DenoisingLoss.TOTAL)[0]
            + 3 * (weight(0) + weight(1)) * discriminatorCrossEntropy() / BATCH;
    assertThat(total).isCloseTo(expected, within(1e-5 * expected));
  }

  @Test
  void aDiscriminatorThatSeesNothingMissesTheLogarithmOfTwo() {
    Graph step = LOSS.fakeScoreStep(linear(A, 0), BATCH);

    double crossEntropy = output(step, arguments(0, 2), SidaLoss.CROSS_ENTROPY)[0];

    assertThat(crossEntropy).isCloseTo(Math.log(2), within(1e-7));
  }

  @Test
  void theDiscriminatorTeachesTheEncoderAlone() {
    double[] once = gradients(1);
    double[] twice = gradients(2);

    assertThat(twice[0]).isEqualTo(once[0]).isNotZero();
    assertThat(twice[1]).isCloseTo(2 * once[1], within(1e-5 * Math.abs(once[1]))).isNotZero();
  }

  /** What a of the decoder and b of the encoder learn in the fake score network's step. */
  private static double[] gradients(double discriminatorScale) {
    DenoiserModel network = linear(A, B);
    Graph step = new SidaLoss(IDENTITY, 1, discriminatorScale).fakeScoreStep(network, BATCH);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(network.graph());
      torch.compile(step).differentiate(arguments(0, 2), weights.learnt());
      Map<String, Tensor> learnt = weights.gradientValues();
      return Stream.of("a", "b")
          .mapToDouble(name -> Objects.requireNonNull(learnt.get(name)).reals()[0])
          .toArray();
    }
  }

  /** The generator's step for a teacher {@code 0.62 y} and this fake score network. */
  private static Graph generatorStep(SidaLoss loss, DenoiserModel fakeScore) {
    Map<String, Tensor> weights = new HashMap<>();
    fakeScore
        .graph()
        .parameters()
        .forEach((name, value) -> weights.put(SidLoss.FAKE_SCORE + name, value));
    weights.put(SidLoss.GENERATOR + "a", scalar(0.4));
    boolean knowing = fakeScore.graph().outputs().contains(DenoiserModel.LOGVAR);
    DenoiserModel teacher = linear(0.62, 0, knowing ? 9 : Double.NaN);
    return loss.generatorStep(teacher, BATCH).withWeights(weights);
  }

  private static Map<String, Tensor> generatorArguments(int first, int count) {
    Map<String, Tensor> arguments = arguments(first, count);
    // The generator is x = 0.4 * 2.5 z.
    arguments.put(SidLoss.NOISE, images(FAKE, first, count));
    return arguments;
  }

  @Test
  void theAdversarialTermIsTheCrossEntropyOfTheCallOverTheWeightOfEachImage() {
    Graph step = generatorStep(LOSS, linear(A, B));

    double[] terms = output(step, generatorArguments(0, 2), SidaLoss.ADVERSARIAL);

    double b = meanOverLogits(FAKE, l -> softplus(-l));
    for (int image = 0; image < BATCH; image++) {
      double w = 0;
      for (int at = 2 * image; at < 2 * image + 2; at++) {
        w += Math.abs(FAKE[at] - 0.62 * (FAKE[at] + SIGMA[image] * N[at])) / 2;
      }
      assertThat(terms[image]).isCloseTo(b / w, within(1e-5));
    }
  }

  @Test
  void theGeneratorsTotalIsHalfTheTermsOfSidAndHalfTheAdversarialOnes() {
    Map<String, Tensor> results =
        Interpreter.run(generatorStep(LOSS, linear(A, B)), generatorArguments(0, 2));

    double identity = sum(results, SidLoss.LOSS);
    double adversarial = sum(results, SidaLoss.ADVERSARIAL);
    double pixels = 2;
    double expected = 0.5 * 100 * identity / BATCH + 0.5 * 0.02 * pixels * adversarial / BATCH;
    assertThat(sum(results, SidLoss.TOTAL)).isCloseTo(expected, within(1e-4));
  }

  private static double sum(Map<String, Tensor> results, String name) {
    return DoubleStream.of(Objects.requireNonNull(results.get(name)).reals()).sum();
  }

  @Test
  void anImageLearnsHowItsWholeCallFares() {
    Graph step = generatorStep(LOSS, linear(A, B));

    double together = output(step, generatorArguments(0, 2), SidaLoss.CROSS_ENTROPY)[0];
    double first = output(step, generatorArguments(0, 1), SidaLoss.CROSS_ENTROPY)[0];
    double second = output(step, generatorArguments(1, 1), SidaLoss.CROSS_ENTROPY)[0];

    assertThat(together).isCloseTo((first + second) / 2, within(1e-6));
    assertThat(first).isNotCloseTo(second, within(0.1));
  }

  @Test
  void logitsOfTheGeneratorAreBounded() {
    // Features of hundreds: without the bound the cross-entropy would be as large.
    Graph step = generatorStep(LOSS, linear(A, -1e3));

    double[] crossEntropy = output(step, generatorArguments(0, 1), SidaLoss.CROSS_ENTROPY);

    // One pixel of the image is positive, the other negative.
    assertThat(crossEntropy[0]).isCloseTo((softplus(10) + softplus(-10)) / 2, within(1e-5));
  }

  @Test
  void allTermsAreDividedByTheVarianceThatTheFakeScoreNetworkKnows() {
    double u = 0.8;
    Graph without = generatorStep(LOSS, linear(A, B));
    Graph with = generatorStep(LOSS, linear(A, B, u));
    Graph fakeWithout = LOSS.fakeScoreStep(linear(A, B), BATCH);
    Graph fakeWith = LOSS.fakeScoreStep(linear(A, B, u), BATCH);

    for (String name : List.of(SidLoss.LOSS, SidaLoss.ADVERSARIAL, SidLoss.TOTAL)) {
      assertScaled(
          output(with, generatorArguments(0, 2), name),
          output(without, generatorArguments(0, 2), name),
          0,
          u);
    }
    assertScaled(
        output(fakeWith, arguments(0, 2), SidaLoss.DISCRIMINATOR),
        output(fakeWithout, arguments(0, 2), SidaLoss.DISCRIMINATOR),
        0,
        u);
    assertScaled(
        output(fakeWith, arguments(0, 2), SidLoss.LOSS),
        output(fakeWithout, arguments(0, 2), SidLoss.LOSS),
        u,
        u);
  }

  /** Each is {@code without / e^u + offset}. */
  private static void assertScaled(double[] with, double[] without, double offset, double u) {
    assertThat(with).hasSameSizeAs(without);
    for (int i = 0; i < with.length; i++) {
      double expected = without[i] * Math.exp(-u) + offset;
      assertThat(with[i]).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
    }
  }

  @Test
  void realImagesPassTheEncoderAlone() {
    Graph step = LOSS.fakeScoreStep(linear(A, B), BATCH);

    long uses = step.nodes().stream().filter(node -> node.inputs().contains("a")).count();

    assertThat(uses).isEqualTo(1);
    assertThat(step.nodes().stream().filter(node -> node.inputs().contains("b"))).hasSize(2);
  }
}

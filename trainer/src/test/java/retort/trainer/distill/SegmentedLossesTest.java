package retort.trainer.distill;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.trainer.engine.LossForm;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * The losses of all methods in segments and whole. Most stop gradients somewhere, so that whole
 * segments have none.
 */
class SegmentedLossesTest {
  private static final DenoiserModel TEACHER = SegmentsParityTest.model(0.3, 1);
  private static final DenoiserModel LEARNING = SegmentsParityTest.model(0.3, 2);
  private static final DenoiserModel OTHER = SegmentsParityTest.model(0.3, 3);
  private static final String GENERATOR = DistributionMatching.GENERATOR;
  private static final int BATCH = SegmentsParityTest.BATCH;

  /**
   * A loss.
   *
   * @param networks by their scope
   * @param learns the scope of the one that learns
   */
  private record Loss(String name, Graph graph, Map<String, Graph> networks, String learns) {
    @Override
    public String toString() {
      return name;
    }

    SegmentsParityTest.Result result(int segments) {
      try (Torch torch = Torch.open(1, Layout.CONTIGUOUS, new LossForm(segments, false))) {
        Map<String, NetworkWeights> weights = new HashMap<>();
        Map<String, WeightView> views = new HashMap<>();
        networks.forEach((scope, network) -> weights.put(scope, torch.weights(network)));
        weights.forEach(
            (scope, w) -> views.put(scope, scope.equals(learns) ? w.learnt() : w.frozen()));
        Graph total = graph.withOutputs(List.of("total"));
        double loss =
            SegmentsParityTest.loss(
                torch.compile(total).differentiate(arguments(), WeightView.scoped(views)));
        return new SegmentsParityTest.Result(
            loss, Objects.requireNonNull(weights.get(learns)).gradientValues());
      }
    }

    private Map<String, Tensor> arguments() {
      Map<String, Tensor> arguments = SegmentsParityTest.conditions();
      for (Graph.Input input : graph.inputs()) {
        int[] shape = input.shape().at(BATCH);
        arguments.computeIfAbsent(
            input.name(),
            name ->
                switch (shape.length) {
                  case 4 -> SegmentsParityTest.normal(name.hashCode(), 0.7f, shape);
                  case 2 -> Tensor.floats(shape, 1, 0, 0, 1, 0, 0);
                  default -> Tensor.floats(shape, 0.2f, 0.6f, 0.9f);
                });
      }
      return arguments;
    }
  }

  private static Map<String, Graph> networks(Graph fakeScore) {
    return Map.of(
        GENERATOR,
        LEARNING.graph(),
        DistributionMatching.TEACHER,
        TEACHER.graph(),
        DistributionMatching.FAKE_SCORE,
        fakeScore);
  }

  static Stream<Loss> losses() {
    DistributionMatching matching = new DistributionMatching(80, LossWeight.EDM);
    ImageDistance distance = ImageDistance.squared(TEACHER.imageShape());
    DmdLoss dmd = new DmdLoss(matching, 0.25, distance);
    Dmd2Loss dmd2 = new Dmd2Loss(matching, 3e-3, 1e-2);
    Graph classified = Dmd2Loss.fakeScoreNetwork(OTHER, 5);
    DenoiserModel function = ConsistencyFunction.of(LEARNING, 0.002);
    return Stream.of(
        new Loss("dmd", dmd.generatorStep(TEACHER, BATCH), networks(OTHER.graph()), GENERATOR),
        new Loss(
            "dmd2",
            dmd2.generatorStep(TEACHER, classified, BATCH),
            networks(classified),
            GENERATOR),
        new Loss(
            "dmd2, fake score",
            dmd2.fakeScoreStep(TEACHER, classified, BATCH),
            networks(classified),
            DistributionMatching.FAKE_SCORE),
        new Loss(
            "progressive",
            new ProgressiveLoss(LossWeight.SNR_TRUNC, distance).studentStep(TEACHER, BATCH),
            Map.of(
                ProgressiveLoss.TEACHER, TEACHER.graph(),
                ProgressiveLoss.STUDENT, LEARNING.graph()),
            ProgressiveLoss.STUDENT),
        new Loss(
            "consistency",
            new ConsistencyLoss(distance).studentStep(TEACHER, function, BATCH),
            Map.of(
                ConsistencyLoss.TEACHER, TEACHER.graph(),
                ConsistencyLoss.STUDENT, function.graph(),
                ConsistencyLoss.AVERAGED, ConsistencyFunction.of(OTHER, 0.002).graph()),
            ConsistencyLoss.STUDENT));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theGradientIsThatOfTheWholeLoss(Loss loss) {
    SegmentsParityTest.Result whole = loss.result(1);

    for (int segments : new int[] {2, 3, 7}) {
      SegmentsParityTest.assertClose(loss.result(segments), whole);
    }
  }
}

package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.noise.KarrasSchedule;
import retort.noise.UniformIndexSigma;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;
import retort.reference.Tolerance;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** Both steps of distribution matching against the published code. */
class DmdLossParityTest {
  private static final Set<String> KIND = Set.of("dmd2_loss");

  /** Both sides compute in float32, through three networks. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4);

  @TestFactory
  Stream<DynamicTest> theGeneratorLearnsAsPublished() {
    return inBothLayouts(DmdLossParityTest::assertGeneratorStep);
  }

  @TestFactory
  Stream<DynamicTest> imagesAreJudgedAsPublished() {
    return inBothLayouts(DmdLossParityTest::assertJudged);
  }

  @TestFactory
  Stream<DynamicTest> theFakeScoreNetworkLearnsAsPublished() {
    return inBothLayouts(DmdLossParityTest::assertFakeScoreStep);
  }

  /** What is compared, in one order of images in memory. */
  private interface Comparison {
    void run(ReferenceCase reference, ReferenceNetwork network, Layout layout);
  }

  private static Stream<DynamicTest> inBothLayouts(Comparison comparison) {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("teacher"));
          for (Layout layout : Layout.values()) {
            comparison.run(reference, network, layout);
          }
        });
  }

  /** The regression, which the published code lacks, weighs nothing here. */
  private static void assertGeneratorStep(
      ReferenceCase reference, ReferenceNetwork network, Layout layout) {
    DenoiserModel teacher = network.denoiser();
    Tensor z = reference.tensor("z");
    Map<String, Tensor> arguments = generatorArguments(reference, network);
    arguments.put(DistributionMatching.NOISE, z);
    arguments.put(DmdLoss.PAIR_NOISE, z);
    arguments.put(DmdLoss.PAIR_IMAGES, z);
    if (arguments.containsKey(DenoiserModel.LABEL)) {
      arguments.put(DmdLoss.PAIR_LABEL, Objects.requireNonNull(arguments.get(DenoiserModel.LABEL)));
    }
    DmdLoss loss = new DmdLoss(matching(reference), 0, ImageDistance.squared(teacher.imageShape()));
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights generator = torch.weights(denoiser(reference, network, "generator").graph());
      WeightView weights =
          judges(
              reference,
              network,
              torch,
              Map.of(DistributionMatching.GENERATOR, generator.learnt()));

      Map<String, Tensor> results =
          torch.compile(loss.generatorStep(teacher, z.dim(0))).differentiate(arguments, weights);

      TOLERANCE.check(
          "images", results.get(DistributionMatching.IMAGES), reference.tensor("images"));
      TOLERANCE.check(
          "gradient", results.get(DistributionMatching.GRADIENT), reference.tensor("dm_grad"));
      for (String name : Set.of(DistributionMatching.TOTAL, DistributionMatching.MATCHING)) {
        TOLERANCE.check(
            name,
            Objects.requireNonNull(results.get(name)).reals(),
            reference.tensor("dm_loss").reals());
      }
      TOLERANCE.checkGradients(generator.gradientValues(), reference.json("G_param_grads.json"));
    }
  }

  /** The gradient that reaches the images, which are a parameter here. */
  private static void assertJudged(
      ReferenceCase reference, ReferenceNetwork network, Layout layout) {
    DenoiserModel teacher = network.denoiser();
    Tensor images = reference.tensor("images");
    GraphBuilder g = new GraphBuilder();
    Value x = g.parameter("images/x", images);
    Map<String, Value> conditioning = new HashMap<>();
    if (teacher.labels() > 0) {
      Shape labels = Shape.of(images.dim(0), teacher.labels());
      conditioning.put(DenoiserModel.LABEL, g.input(DenoiserModel.LABEL, labels));
    }
    Graph fakeScore = DistributionMatching.fakeScoreNetwork(teacher);
    Value terms = DistributionMatching.loss(g, teacher, fakeScore, x, conditioning);
    g.output(DistributionMatching.TOTAL, DistributionMatching.mean(terms, images.dim(0)));
    Graph loss = g.build().withOutputs(List.of(DistributionMatching.TOTAL));
    try (Torch torch = Torch.open(1, layout)) {
      GraphBuilder parameters = new GraphBuilder();
      parameters.output("images", parameters.parameter("x", images));
      NetworkWeights learnt = torch.weights(parameters.build());
      WeightView weights = judges(reference, network, torch, Map.of("images/", learnt.learnt()));

      torch.compile(loss).differentiate(generatorArguments(reference, network), weights);

      TOLERANCE.check("dimages", learnt.gradientValues().get("x"), reference.tensor("dm_dimages"));
    }
  }

  private static void assertFakeScoreStep(
      ReferenceCase reference, ReferenceNetwork network, Layout layout) {
    DenoiserModel teacher = network.denoiser();
    Tensor images = reference.tensor("images");
    Map<String, Tensor> arguments = network.conditions().of(reference, images.dim(0));
    arguments.put(DistributionMatching.IMAGES, images);
    arguments.put(DistributionMatching.NOISE, reference.tensor("fake_draw0_randn_like"));
    arguments.put(DenoiserModel.SIGMA, sigma(reference, "fake_draw1_randint"));
    DmdLoss loss = new DmdLoss(matching(reference), 0, ImageDistance.squared(teacher.imageShape()));
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights fakeScore = torch.weights(denoiser(reference, network, "fake_score").graph());
      WeightView weights =
          WeightView.scoped(Map.of(DistributionMatching.FAKE_SCORE, fakeScore.learnt()));

      Map<String, Tensor> results =
          torch
              .compile(loss.fakeScoreStep(teacher, images.dim(0)))
              .differentiate(arguments, weights);

      TOLERANCE.check(
          "loss",
          Objects.requireNonNull(results.get(DistributionMatching.FAKE_LOSS)).reals(),
          reference.tensor("fake_loss").reals());
      TOLERANCE.checkGradients(fakeScore.gradientValues(), reference.json("fake_param_grads.json"));
    }
  }

  /** The levels that the published code draws by their index are those of our laws. */
  @TestFactory
  Stream<DynamicTest> noiseLevelsAreThoseOfThePublishedGrid() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          double[] published = reference.tensor("karras_sigmas").reals();
          JsonObject meta = reference.meta();
          UniformIndexSigma law =
              new UniformIndexSigma(
                  KarrasSchedule.EDM,
                  published.length,
                  meta.get("min_step").getAsInt(),
                  meta.get("max_step").getAsInt());

          for (int i = 0; i < published.length; i++) {
            assertThat(Math.abs(law.sigmaAt(i) / published[i] - 1)).isLessThan(1e-5);
          }
        });
  }

  private static DistributionMatching matching(ReferenceCase reference) {
    double sigmaInit = reference.meta().get("sigma_generator").getAsDouble();
    return new DistributionMatching(sigmaInit, LossWeight.EDM);
  }

  private static Map<String, Tensor> generatorArguments(
      ReferenceCase reference, ReferenceNetwork network) {
    Map<String, Tensor> arguments =
        network.conditions().of(reference, reference.tensor("z").dim(0));
    arguments.put(DistributionMatching.PERTURBATION, reference.tensor("dm_draw1_randn_like"));
    arguments.put(DenoiserModel.SIGMA, sigma(reference, "dm_draw0_randint"));
    return arguments;
  }

  private static Tensor sigma(ReferenceCase reference, String draws) {
    double[] grid = reference.tensor("karras_sigmas").reals();
    return DenoisingLossParityTest.sigma(index -> grid[(int) index], reference.tensor(draws));
  }

  private static DenoiserModel denoiser(
      ReferenceCase reference, ReferenceNetwork network, String field) {
    return network.like(reference.folder().resolve(reference.meta().get(field).getAsString()));
  }

  /** The frozen networks that judge, beside what learns. */
  private static WeightView judges(
      ReferenceCase reference,
      ReferenceNetwork network,
      Torch torch,
      Map<String, WeightView> learnt) {
    Graph fakeScore = denoiser(reference, network, "fake_score").graph();
    Map<String, WeightView> scopes = new HashMap<>(learnt);
    scopes.put(DistributionMatching.TEACHER, torch.weights(network.denoiser().graph()).frozen());
    scopes.put(DistributionMatching.FAKE_SCORE, torch.weights(fakeScore).frozen());
    return WeightView.scoped(scopes);
  }
}

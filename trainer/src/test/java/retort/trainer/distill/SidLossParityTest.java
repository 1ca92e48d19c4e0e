package retort.trainer.distill;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.Map;
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
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;
import retort.reference.Tolerance;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** Both steps of Score identity Distillation against the published code. */
class SidLossParityTest {
  private static final Set<String> KIND = Set.of("sid_loss");

  /** Both sides compute in float32, through three networks. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4);

  /** The published factor on the generator's loss. */
  private static final double SCALE = 100;

  @TestFactory
  Stream<DynamicTest> theGeneratorLearnsAsPublished() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("teacher"));
          for (JsonElement alpha : reference.meta().getAsJsonArray("alphas")) {
            for (Layout layout : Layout.values()) {
              assertGeneratorStep(reference, network, alpha, layout);
            }
          }
        });
  }

  private static void assertGeneratorStep(
      ReferenceCase reference, ReferenceNetwork network, JsonElement alpha, Layout layout) {
    String name = "alpha" + alpha.getAsString() + "_";
    DenoiserModel teacher = network.denoiser();
    Map<String, Tensor> arguments = arguments(reference, network, name);
    arguments.put(SidLoss.NOISE, reference.tensor("z"));
    Graph graph = loss(reference, alpha.getAsDouble()).generatorStep(teacher, batch(reference));
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights generator = torch.weights(denoiser(reference, network, "generator").graph());
      WeightView weights =
          judges(reference, network, torch, Map.of(SidLoss.GENERATOR, generator.learnt()));

      Map<String, Tensor> results = torch.compile(graph).differentiate(arguments, weights);

      TOLERANCE.check("images", results.get(SidLoss.IMAGES), reference.tensor(name + "images"));
      TOLERANCE.check("loss", results.get(SidLoss.LOSS), reference.tensor(name + "loss"));
      TOLERANCE.checkGradients(
          generator.gradientValues(), reference.json(name + "G_param_grads.json"));
    }
  }

  @TestFactory
  Stream<DynamicTest> imagesAreJudgedAsPublished() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("teacher"));
          for (JsonElement alpha : reference.meta().getAsJsonArray("alphas")) {
            for (Layout layout : Layout.values()) {
              assertJudged(reference, network, alpha, layout);
            }
          }
        });
  }

  /** The gradient that reaches the images, which are a parameter here. */
  private static void assertJudged(
      ReferenceCase reference, ReferenceNetwork network, JsonElement alpha, Layout layout) {
    String name = "alpha" + alpha.getAsString() + "_";
    Map<String, Tensor> arguments = arguments(reference, network, name);
    GraphBuilder g = new GraphBuilder();
    Value x = g.parameter("images/x", reference.tensor(name + "images"));
    Map<String, Value> conditioning = new HashMap<>();
    int labels = network.conditions().labels();
    if (labels > 0) {
      long[] shape = {batch(reference), labels};
      conditioning.put(DenoiserModel.LABEL, g.input(DenoiserModel.LABEL, Shape.of(shape)));
    }
    loss(reference, alpha.getAsDouble())
        .judge(g, network.denoiser(), x, conditioning, batch(reference));
    Graph graph = g.build();
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights images = torch.weights(imagesOf(reference.tensor(name + "images")));
      WeightView weights = judges(reference, network, torch, Map.of("images/", images.learnt()));

      Map<String, Tensor> results = torch.compile(graph).differentiate(arguments, weights);

      TOLERANCE.check("loss", results.get(SidLoss.LOSS), reference.tensor(name + "loss"));
      TOLERANCE.check(
          "dimages", images.gradientValues().get("x"), reference.tensor(name + "dimages"));
    }
  }

  /** Images as the only weight of a graph, so that gradients reach them. */
  static Graph imagesOf(Tensor images) {
    GraphBuilder g = new GraphBuilder();
    g.output("images", g.parameter("x", images));
    return g.build();
  }

  @TestFactory
  Stream<DynamicTest> theFakeScoreNetworkLearnsAsPublished() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("teacher"));
          DenoiserModel fakeScore = denoiser(reference, network, "fake_score");
          String alpha = reference.meta().getAsJsonArray("alphas").get(0).getAsString();
          Map<String, Tensor> arguments = network.conditions().of(reference, batch(reference));
          arguments.put(DenoisingLoss.IMAGES, reference.tensor("alpha" + alpha + "_images"));
          arguments.put(DenoisingLoss.NOISE, reference.tensor("fakescore_draw1_randn_like"));
          arguments.put(
              DenoiserModel.SIGMA,
              DenoisingLossParityTest.sigma(
                  LogNormalSigma.EDM::sigma, reference.tensor("fakescore_draw0_randn")));
          DenoisingLossParityTest.assertLoss(
              reference, "fakescore", fakeScore, LossWeight.EDM, arguments);
        });
  }

  private static SidLoss loss(ReferenceCase reference, double alpha) {
    return new SidLoss(alpha, reference.meta().get("sigma_init").getAsDouble(), SCALE);
  }

  private static int batch(ReferenceCase reference) {
    return reference.tensor("z").dim(0);
  }

  /** The recorded draws of a generator's step, and the labels. */
  private static Map<String, Tensor> arguments(
      ReferenceCase reference, ReferenceNetwork network, String name) {
    JsonObject meta = reference.meta();
    KarrasSchedule schedule =
        new KarrasSchedule(
            meta.get("sigma_min").getAsDouble(),
            meta.get("sigma_max").getAsDouble(),
            meta.get("rho").getAsDouble());
    UniformTimeSigma law = new UniformTimeSigma(schedule, 0, meta.get("tmax").getAsDouble() / 1000);
    Map<String, Tensor> arguments = network.conditions().of(reference, batch(reference));
    arguments.put(SidLoss.PERTURBATION, reference.tensor(name + "draw1_randn_like"));
    arguments.put(
        DenoiserModel.SIGMA,
        DenoisingLossParityTest.sigma(law::sigma, reference.tensor(name + "draw0_rand")));
    return arguments;
  }

  /** One of the three networks, by the field of meta.json that names its weights. */
  static DenoiserModel denoiser(ReferenceCase reference, ReferenceNetwork network, String field) {
    return network.like(reference.folder().resolve(reference.meta().get(field).getAsString()));
  }

  /** The frozen networks that judge, beside what learns. */
  static WeightView judges(
      ReferenceCase reference,
      ReferenceNetwork network,
      Torch torch,
      Map<String, WeightView> learnt) {
    Graph fakeScore = denoiser(reference, network, "fake_score").graph();
    Map<String, WeightView> scopes = new HashMap<>(learnt);
    scopes.put(SidLoss.TEACHER, torch.weights(network.denoiser().graph()).frozen());
    scopes.put(SidLoss.FAKE_SCORE, torch.weights(fakeScore).frozen());
    return WeightView.scoped(scopes);
  }
}

package retort.trainer.distill;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;
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

/** Both steps of adversarial Score identity Distillation against the published code. */
class SidaLossParityTest {
  private static final Set<String> KIND = Set.of("sida_loss");

  /** Both sides compute in float32, through three networks. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4);

  /** The published factors on the generator's terms and on the discriminator's. */
  private static final double SCALE = 100;

  private static final double ADVERSARIAL_SCALE = 0.01;
  private static final double DISCRIMINATOR_SCALE = 1;

  private static Stream<DynamicTest> forEachLayout(ThrowingConsumer<Case> test) {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("teacher"));
          for (Layout layout : Layout.values()) {
            test.accept(new Case(reference, network, layout));
          }
        });
  }

  /** A reference, its networks, and the order in memory to compute in. */
  private record Case(ReferenceCase reference, ReferenceNetwork network, Layout layout) {
    Tensor tensor(String name) {
      return reference.tensor(name);
    }

    int batch() {
      return tensor("z").dim(0);
    }

    DenoiserModel denoiser(String field) {
      return SidLossParityTest.denoiser(reference, network, field);
    }

    WeightView judges(Torch torch, Map<String, WeightView> learnt) {
      return SidLossParityTest.judges(reference, network, torch, learnt);
    }

    private double constant(String field, double otherwise) {
      JsonElement value = reference.meta().get(field);
      return value == null ? otherwise : value.getAsDouble();
    }

    SidaLoss loss() {
      JsonObject meta = reference.meta();
      double sigmaInit = meta.get("sigma_init").getAsDouble();
      SidLoss identity = new SidLoss(meta.get("alpha").getAsDouble(), sigmaInit, SCALE);
      return new SidaLoss(identity, ADVERSARIAL_SCALE, DISCRIMINATOR_SCALE);
    }

    /** The recorded draws of the generator's step, and the labels. */
    Map<String, Tensor> generatorArguments() {
      KarrasSchedule schedule =
          new KarrasSchedule(
              constant("sigma_min", 0.002), constant("sigma_max", 80), constant("rho", 7));
      UniformTimeSigma law = new UniformTimeSigma(schedule, 0, constant("tmax", 800) / 1000);
      Map<String, Tensor> arguments = network.conditions().of(reference, batch());
      arguments.put(SidLoss.NOISE, tensor("z"));
      arguments.put(SidLoss.PERTURBATION, tensor("G_draw1_randn_like"));
      arguments.put(
          DenoiserModel.SIGMA, DenoisingLossParityTest.sigma(law::sigma, tensor("G_draw0_rand")));
      return arguments;
    }

    /** The recorded draws of the fake score network's step, both images, and the labels. */
    Map<String, Tensor> fakeScoreArguments() {
      LogNormalSigma law = new LogNormalSigma(constant("P_mean", -1.2), constant("P_std", 1.2));
      Map<String, Tensor> arguments = network.conditions().of(reference, batch());
      Tensor augment = arguments.get(DenoiserModel.AUGMENT);
      if (augment != null) {
        arguments.put(SidaLoss.REAL_AUGMENT, augment);
      }
      arguments.put(DenoisingLoss.IMAGES, tensor("G_images"));
      arguments.put(SidaLoss.REAL_IMAGES, tensor("real_images"));
      arguments.put(DenoisingLoss.NOISE, tensor("F_draw1_randn_like"));
      arguments.put(
          DenoiserModel.SIGMA, DenoisingLossParityTest.sigma(law::sigma, tensor("F_draw0_randn")));
      return arguments;
    }

    void assertGeneratorTerms(Map<String, Tensor> results) {
      TOLERANCE.check("loss", results.get(SidLoss.LOSS), tensor("G_loss"));
      TOLERANCE.check("gan", results.get(SidaLoss.ADVERSARIAL), tensor("G_loss_gan_raw"));
      double factor = ADVERSARIAL_SCALE * network.denoiser().imageShape().elements() / batch();
      double[] scaled = {factor * sum(results, SidaLoss.ADVERSARIAL)};
      TOLERANCE.check("scaled gan", scaled, tensor("G_loss_gan_scaled").reals());
      double[] total = {0.5 * SCALE / batch() * sum(results, SidLoss.LOSS) + 0.5 * scaled[0]};
      TOLERANCE.check("total", Objects.requireNonNull(results.get(SidLoss.TOTAL)).reals(), total);
    }

    private static double sum(Map<String, Tensor> results, String name) {
      return Arrays.stream(Objects.requireNonNull(results.get(name)).reals()).sum();
    }
  }

  @TestFactory
  Stream<DynamicTest> theGeneratorLearnsAsPublished() {
    return forEachLayout(
        c -> {
          Graph graph = c.loss().generatorStep(c.network().denoiser(), c.batch());
          try (Torch torch = Torch.open(1, c.layout())) {
            NetworkWeights generator = torch.weights(c.denoiser("generator").graph());
            WeightView weights = c.judges(torch, Map.of(SidLoss.GENERATOR, generator.learnt()));

            Map<String, Tensor> results =
                torch.compile(graph).differentiate(c.generatorArguments(), weights);

            TOLERANCE.check("images", results.get(SidLoss.IMAGES), c.tensor("G_images"));
            c.assertGeneratorTerms(results);
            TOLERANCE.checkGradients(
                generator.gradientValues(), c.reference().json("G_param_grads.json"));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> imagesAreJudgedAsPublished() {
    return forEachLayout(
        c -> {
          Tensor images = c.tensor("G_images");
          GraphBuilder g = new GraphBuilder();
          Value x = g.parameter("images/x", images);
          Map<String, Value> conditioning = new HashMap<>();
          int labels = c.network().conditions().labels();
          if (labels > 0) {
            Shape shape = Shape.of(c.batch(), labels);
            conditioning.put(DenoiserModel.LABEL, g.input(DenoiserModel.LABEL, shape));
          }
          c.loss().judge(g, c.network().denoiser(), x, conditioning, c.batch());
          try (Torch torch = Torch.open(1, c.layout())) {
            NetworkWeights learnt = torch.weights(SidLossParityTest.imagesOf(images));
            WeightView weights = c.judges(torch, Map.of("images/", learnt.learnt()));

            Map<String, Tensor> results =
                torch.compile(g.build()).differentiate(c.generatorArguments(), weights);

            c.assertGeneratorTerms(results);
            TOLERANCE.check("dimages", learnt.gradientValues().get("x"), c.tensor("G_dimages"));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> theFakeScoreNetworkLearnsAsPublished() {
    return forEachLayout(
        c -> {
          DenoiserModel fakeScore = c.denoiser("fake_score");
          Graph graph = c.loss().fakeScoreStep(fakeScore, c.batch());
          try (Torch torch = Torch.open(1, c.layout())) {
            NetworkWeights weights = torch.weights(fakeScore.graph());

            Map<String, Tensor> results =
                torch.compile(graph).differentiate(c.fakeScoreArguments(), weights.learnt());

            TOLERANCE.check("loss", results.get(SidLoss.LOSS), c.tensor("F_loss_fake_score"));
            TOLERANCE.check(
                "discriminator", results.get(SidaLoss.DISCRIMINATOR), c.tensor("F_loss_D"));
            TOLERANCE.checkGradients(
                weights.gradientValues(), c.reference().json("F_param_grads.json"));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> logitsAreMeansOfTheBottleneck() {
    return forEachLayout(
        c -> {
          String name = "encoder_logits_sigma0.5_of_G_images";
          if (!c.reference().has(name + ".npy")) {
            c.reference().skip("it has no " + name);
          }
          Graph encoder =
              c.denoiser("fake_score").graph().withOutputs(List.of(DenoiserModel.FEATURES));
          float[] sigma = new float[c.batch()];
          Arrays.fill(sigma, 0.5f);
          Map<String, Tensor> arguments = c.generatorArguments();
          arguments.put(DenoiserModel.NOISY, c.tensor("G_images"));
          arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {c.batch()}, sigma));
          try (Torch torch = Torch.open(1, c.layout())) {
            Map<String, Tensor> results =
                torch.compile(encoder).compute(arguments, torch.weights(encoder).frozen());

            Tensor features = Objects.requireNonNull(results.get(DenoiserModel.FEATURES));
            Tensor expected = c.tensor(name);
            TOLERANCE.check("logits", channelMeans(features), expected.reals());
          }
        });
  }

  /** Means over channels of [N, K, h, w]. */
  private static double[] channelMeans(Tensor features) {
    int places = features.dim(2) * features.dim(3);
    int channels = features.dim(1);
    double[] values = features.reals();
    double[] means = new double[features.dim(0) * places];
    for (int i = 0; i < values.length; i++) {
      int image = i / (channels * places);
      means[image * places + i % places] += values[i] / channels;
    }
    return means;
  }
}

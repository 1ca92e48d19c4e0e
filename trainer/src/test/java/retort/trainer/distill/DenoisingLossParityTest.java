package retort.trainer.distill;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.denoiser.DenoiserModel;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.LogNormalSigma;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;
import retort.reference.Tolerance;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;

/** The denoising loss against the published code, terms and gradients. */
class DenoisingLossParityTest {
  private static final Set<String> LOSSES = Set.of("edm_loss");
  private static final String EDM = "EDMLoss";

  /** Both sides compute in float32; the weight of small noise levels magnifies what D rounds. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4);

  @TestFactory
  Stream<DynamicTest> termsAndGradientsAreAsPublished() {
    return ReferenceCases.tests(LOSSES, DenoisingLossParityTest::assertLoss);
  }

  @TestFactory
  Stream<DynamicTest> lossesOfOtherDiffusionsAreSkipped() {
    return ReferenceCases.tests(
        LOSSES,
        reference -> {
          List<String> others =
              losses(reference).keySet().stream().filter(name -> !name.equals(EDM)).toList();
          if (!others.isEmpty()) {
            reference.skip(others + " are not supported yet");
          }
        });
  }

  private static JsonObject losses(ReferenceCase reference) {
    return reference.meta().getAsJsonObject("losses");
  }

  private static void assertLoss(ReferenceCase reference) {
    if (!losses(reference).has(EDM)) {
      reference.skip("it has no " + EDM);
    }
    JsonObject constants = losses(reference).getAsJsonObject(EDM);
    LogNormalSigma law =
        new LogNormalSigma(
            constants.get("P_mean").getAsDouble(), constants.get("P_std").getAsDouble());
    ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("network"));
    Tensor images = reference.tensor("images");
    Map<String, Tensor> arguments = network.conditions().of(reference, images.dim(0));
    arguments.put(DenoisingLoss.IMAGES, images);
    arguments.put(DenoisingLoss.NOISE, reference.tensor(EDM + "_draw1_randn_like"));
    arguments.put(DenoiserModel.SIGMA, sigma(law::sigma, reference.tensor(EDM + "_draw0_randn")));
    assertLoss(reference, EDM, network.denoiser(), arguments);
  }

  /** The noise levels of recorded draws. */
  static Tensor sigma(DoubleUnaryOperator law, Tensor draws) {
    double[] sigma = Arrays.stream(draws.reals()).map(law).toArray();
    return Tensor.reals(DataType.FLOAT32, new int[] {sigma.length}, sigma);
  }

  /** The denoising loss and its gradients are those in files that begin with {@code name}. */
  static void assertLoss(
      ReferenceCase reference, String name, DenoiserModel denoiser, Map<String, Tensor> arguments) {
    Tensor expected = reference.tensor(name + "_loss");
    Graph graph = DenoisingLoss.of(denoiser, expected.dim(0));
    for (Layout layout : Layout.values()) {
      try (Torch torch = Torch.open(1, layout)) {
        NetworkWeights weights = torch.weights(denoiser.graph());

        Map<String, Tensor> results =
            torch.compile(graph).differentiate(arguments, weights.learnt());

        TOLERANCE.check(name, results.get(DenoisingLoss.LOSS), expected);
        TOLERANCE.checkGradients(
            weights.gradientValues(), reference.json(name + "_param_grads.json"));
      }
    }
  }
}

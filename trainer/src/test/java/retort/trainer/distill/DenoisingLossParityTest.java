package retort.trainer.distill;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.denoiser.DenoiserModel;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.noise.VarianceExploding;
import retort.noise.VariancePreserving;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;
import retort.reference.Tolerance;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;

/** The denoising loss against the published code, terms and gradients. */
class DenoisingLossParityTest {
  private static final Set<String> LOSSES = Set.of("edm_loss");

  /** Both sides compute in float32; the weight of small noise levels magnifies what D rounds. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4);

  @TestFactory
  Stream<DynamicTest> termsAndGradientsAreAsPublished() {
    return ReferenceCases.tests(
        LOSSES,
        reference -> {
          JsonObject losses = reference.meta().getAsJsonObject("losses");
          for (String name : losses.keySet()) {
            assertLoss(reference, name, losses.getAsJsonObject(name));
          }
        });
  }

  private static void assertLoss(ReferenceCase reference, String name, JsonObject constants) {
    boolean normal = reference.has(name + "_draw0_randn.npy");
    Tensor draws = reference.tensor(name + (normal ? "_draw0_randn" : "_draw0_rand"));
    ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("network"));
    Tensor images = reference.tensor("images");
    Map<String, Tensor> arguments = network.conditions().of(reference, images.dim(0));
    arguments.put(DenoisingLoss.IMAGES, images);
    arguments.put(DenoisingLoss.NOISE, reference.tensor(name + "_draw1_randn_like"));
    arguments.put(DenoiserModel.SIGMA, sigma(law(name, constants), draws));
    LossWeight weight = name.startsWith("EDM") ? LossWeight.EDM : LossWeight.SNR;
    assertLoss(reference, name, network.denoiser(), weight, arguments);
  }

  /** What a published loss makes of its first draw. */
  private static DoubleUnaryOperator law(String name, JsonObject constants) {
    ToDoubleFunction<String> constant = field -> constants.get(field).getAsDouble();
    return switch (name) {
      case "EDMLoss", "EDM2Loss" ->
          new LogNormalSigma(constant.applyAsDouble("P_mean"), constant.applyAsDouble("P_std"))
              ::sigma;
      case "VPLoss" ->
          new UniformTimeSigma(
                  new VariancePreserving(
                      constant.applyAsDouble("beta_d"), constant.applyAsDouble("beta_min"), 1e-3),
                  1,
                  constant.applyAsDouble("epsilon_t"))
              ::sigma;
      case "VELoss" ->
          new UniformTimeSigma(
                  new VarianceExploding(
                      constant.applyAsDouble("sigma_min"), constant.applyAsDouble("sigma_max")),
                  0,
                  1)
              ::sigma;
      default -> throw new IllegalArgumentException("no loss is called " + name);
    };
  }

  /** The noise levels of recorded draws. */
  static Tensor sigma(DoubleUnaryOperator law, Tensor draws) {
    double[] sigma = Arrays.stream(draws.reals()).map(law).toArray();
    return Tensor.reals(DataType.FLOAT32, new int[] {sigma.length}, sigma);
  }

  /** The denoising loss and its gradients are those in files that begin with {@code name}. */
  static void assertLoss(
      ReferenceCase reference,
      String name,
      DenoiserModel denoiser,
      LossWeight weight,
      Map<String, Tensor> arguments) {
    Tensor expected = reference.tensor(name + "_loss");
    Graph graph = DenoisingLoss.of(denoiser, weight, expected.dim(0));
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

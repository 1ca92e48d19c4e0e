package retort.trainer.engine;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.denoiser.Denoiser;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.KarrasSchedule;
import retort.noise.NoiseSchedule;
import retort.noise.VarianceExploding;
import retort.noise.VariancePreserving;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;
import retort.reference.Tolerance;
import retort.sampling.Churn;
import retort.sampling.EulerSampler;
import retort.sampling.HeunSampler;
import retort.sampling.NoisePath;
import retort.sampling.PathSampler;
import retort.sampling.Sampler;
import retort.sampling.StateScaling;
import retort.sampling.StepNoise;

/** The samplers over a network in TorchScript against the published code. */
class SamplerParityTest {
  /** The network rounds to float32, and each step carries its errors on to the next. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4);

  private static final Set<String> DISCRETIZATIONS = Set.of("edm", "vp", "ve");

  private static final Map<String, NoisePath> PATHS =
      Map.of(
          "linear", NoisePath.LINEAR,
          "ve", NoisePath.SQUARE_ROOT,
          "vp", NoisePath.variancePreserving(VariancePreserving.EDM));

  private static final Map<String, StateScaling> SCALINGS =
      Map.of("none", StateScaling.NONE, "vp", StateScaling.VARIANCE_PRESERVING);

  @TestFactory
  Stream<DynamicTest> samplesAreAsPublished() {
    return ReferenceCases.tests(Set.of("edm_sampler"), SamplerParityTest::assertSamples);
  }

  private static void assertSamples(ReferenceCase reference) {
    ReferenceNetwork network = reference.refersTo("network").network();
    DenoiserModel model = network.denoiser();
    Tensor latents = reference.tensor("latents");
    Map<String, float[]> conditioning = new HashMap<>();
    network
        .conditioning(reference, latents.dim(0))
        .forEach((name, tensor) -> conditioning.put(name, tensor.floats()));
    List<String> unsupported = new ArrayList<>();
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Denoiser denoiser = new TorchDenoiser(torch, model, torch.weights(model.graph()).frozen());
      JsonObject results = reference.meta().getAsJsonObject("results");
      for (String name : results.keySet()) {
        JsonObject options = results.getAsJsonObject(name);
        if (!isSupported(options)) {
          unsupported.add(name);
          continue;
        }
        double[] sample =
            sampler(reference.meta(), options)
                .sample(denoiser, latents.floats(), conditioning, recorded(reference, name));
        TOLERANCE.check(name, sample, reference.tensor(name).reals());
      }
    }
    if (!unsupported.isEmpty()) {
      reference.skip("the other samples agree, but " + unsupported + " are not supported yet");
    }
  }

  private static boolean isSupported(JsonObject options) {
    return DISCRETIZATIONS.contains(text(options, "discretization", "edm"))
        && PATHS.containsKey(text(options, "schedule", "linear"))
        && SCALINGS.containsKey(text(options, "scaling", "none"));
  }

  /** The sampler made for the options where there is one, else the general form. */
  private static Sampler sampler(JsonObject meta, JsonObject options) {
    int steps = options.get("steps").getAsInt();
    String discretization = text(options, "discretization", "edm");
    NoiseSchedule schedule =
        switch (discretization) {
          case "vp" -> VariancePreserving.EDM;
          case "ve" -> VarianceExploding.EDM;
          default ->
              new KarrasSchedule(
                  number(meta, "sigma_min", 0),
                  number(meta, "sigma_max", 0),
                  number(meta, "rho", 0));
        };
    Churn churn =
        new Churn(
            number(options, "S_churn", 0),
            number(options, "S_min", 0),
            number(options, "S_max", Double.POSITIVE_INFINITY),
            number(options, "S_noise", 1));
    boolean euler = text(options, "solver", "heun").equals("euler");
    boolean general = options.has("schedule") || options.has("scaling");
    if (general || (euler && options.has("S_churn"))) {
      return new PathSampler(
          schedule,
          steps,
          euler ? PathSampler.Order.EULER : PathSampler.Order.HEUN,
          Objects.requireNonNull(PATHS.get(text(options, "schedule", "linear"))),
          Objects.requireNonNull(SCALINGS.get(text(options, "scaling", "none"))),
          churn);
    }
    return euler ? new EulerSampler(schedule, steps) : new HeunSampler(schedule, steps, churn);
  }

  /** The noise that the published code drew at each step, for samplers that ask for some. */
  private static StepNoise recorded(ReferenceCase reference, String name) {
    String draw = name.substring(0, name.indexOf('_')) + "_draw";
    return (step, elements) -> reference.tensor(draw + step + "_randn_like").reals();
  }

  private static String text(JsonObject options, String field, String otherwise) {
    return options.has(field) ? options.get(field).getAsString() : otherwise;
  }

  private static double number(JsonObject options, String field, double otherwise) {
    return options.has(field) ? options.get(field).getAsDouble() : otherwise;
  }
}

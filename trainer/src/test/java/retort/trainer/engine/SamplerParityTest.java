package retort.trainer.engine;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
import retort.denoiser.IddpmPreconditioning;
import retort.denoiser.SigmaRange;
import retort.graph.DataType;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.KarrasSchedule;
import retort.noise.NoiseSchedule;
import retort.noise.VarianceExploding;
import retort.noise.VariancePreserving;
import retort.reference.DiffusersRecord;
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

  /** The published state was rounded to float32 as well. */
  private static final Tolerance SINGLE = new Tolerance(1e-3);

  private static final String HEUN = "heun_steps";

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
    ReferenceNetwork network = ReferenceNetwork.of(reference.refersTo("network"));
    DenoiserModel model = network.denoiser();
    Tensor latents = reference.tensor("latents");
    Map<String, float[]> conditioning = conditioning(network, reference, latents.dim(0));
    List<String> unsupported = new ArrayList<>();
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Denoiser denoiser = new TorchDenoiser(torch, model, torch.weights(model.graph()).frozen());
      JsonObject results = reference.meta().getAsJsonObject("results");
      for (String name : results.keySet()) {
        JsonObject options = results.getAsJsonObject(name);
        if (!isSupported(options, model)) {
          unsupported.add(name);
          continue;
        }
        double[] sample =
            sampler(reference.meta(), options, model.sigmaRange())
                .sample(denoiser, latents.floats(), conditioning, recorded(reference, name));
        TOLERANCE.check(name, sample, reference.tensor(name).reals());
      }
    }
    if (!unsupported.isEmpty()) {
      reference.skip("the other samples agree, but " + unsupported + " are not supported yet");
    }
  }

  private static Map<String, float[]> conditioning(
      ReferenceNetwork network, ReferenceCase reference, int n) {
    Map<String, float[]> conditioning = new HashMap<>();
    network
        .conditions()
        .of(reference, n)
        .forEach((name, tensor) -> conditioning.put(name, tensor.floats()));
    return conditioning;
  }

  /** Networks of iDDPM are sampled at the levels of their own table alone, which we do not. */
  private static boolean isSupported(JsonObject options, DenoiserModel model) {
    return DISCRETIZATIONS.contains(text(options, "discretization", "edm"))
        && PATHS.containsKey(text(options, "schedule", "linear"))
        && SCALINGS.containsKey(text(options, "scaling", "none"))
        && !model.graph().weights().containsKey(IddpmPreconditioning.TABLE);
  }

  /** Beside a network lie samples of the plain sampler, whose state is in single precision. */
  @TestFactory
  Stream<DynamicTest> samplesBesideANetworkAreAsPublished() {
    return ReferenceCases.tests(
        Set.of("edm", "sid", "edm2"),
        reference -> {
          List<String> samples = samples(reference);
          if (samples.isEmpty()) {
            reference.skip("records no samples; cases of kind edm_sampler may");
          }
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          DenoiserModel model = network.denoiser();
          Tensor latents = reference.tensor("latents");
          try (Torch torch = Torch.open(1, Layout.CHANNELS_LAST)) {
            Denoiser denoiser =
                new TorchDenoiser(torch, model, torch.weights(model.graph()).frozen());
            for (String name : samples) {
              int steps = Integer.parseInt(name.substring(HEUN.length()));
              double[] sample =
                  new HeunSampler(KarrasSchedule.EDM, steps)
                      .sample(
                          denoiser,
                          latents.floats(),
                          conditioning(network, reference, latents.dim(0)),
                          recorded(reference, name));
              SINGLE.check(name, sample, reference.tensor(name).reals());
            }
          }
        });
  }

  private static List<String> samples(ReferenceCase reference) throws IOException {
    try (Stream<Path> files = Files.list(reference.folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches(HEUN + "\\d+\\.npy"))
          .map(name -> name.substring(0, name.length() - ".npy".length()))
          .sorted()
          .toList();
    }
  }

  /**
   * Deterministic DDIM, which goes from x at the first timestep: in the units of a denoiser, Euler
   * steps to the next level and at last to none.
   */
  @TestFactory
  Stream<DynamicTest> stepsOfDiffusersEndAsPublished() {
    return ReferenceCases.tests(
        Set.of("diffusers"),
        reference -> {
          if (!reference.has("ddim5_final.npy")) {
            reference.skip("records no samples");
          }
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          DenoiserModel model = network.denoiser();
          Tensor x = reference.tensor("x");
          DiffusersRecord levels = new DiffusersRecord(reference, network.conditions());
          double[] sigmas =
              Arrays.stream(reference.tensor("ddim5_timesteps").reals())
                  .map(timestep -> levels.sigma((int) timestep))
                  .toArray();
          try (Torch torch = Torch.open(1, Layout.CHANNELS_LAST)) {
            Denoiser denoiser =
                new TorchDenoiser(torch, model, torch.weights(model.graph()).frozen());
            Map<String, float[]> conditioning = conditioning(network, reference, x.dim(0));
            double[] state = DiffusersRecord.noisy(x.reals(), sigmas[0]);
            for (int i = 0; i < sigmas.length; i++) {
              double next = i == sigmas.length - 1 ? 0 : sigmas[i + 1];
              state = euler(denoiser, state, sigmas[i], next, x.dim(0), conditioning);
            }
            SINGLE.check("ddim5_final", state, reference.tensor("ddim5_final").reals());
          }
        });
  }

  private static double[] euler(
      Denoiser denoiser,
      double[] state,
      double sigma,
      double next,
      int n,
      Map<String, float[]> conditioning) {
    float[] levels = new float[n];
    Arrays.fill(levels, (float) sigma);
    float[] noisy = Tensor.reals(DataType.FLOAT64, new int[] {state.length}, state).floats();
    float[] denoised = denoiser.denoise(noisy, levels, conditioning);
    double[] stepped = new double[state.length];
    for (int i = 0; i < stepped.length; i++) {
      stepped[i] = denoised[i] + next / sigma * (state[i] - denoised[i]);
    }
    return stepped;
  }

  /** The sampler made for the options where there is one, else the general form. */
  private static Sampler sampler(JsonObject meta, JsonObject options, SigmaRange range) {
    int steps = options.get("steps").getAsInt();
    String discretization = text(options, "discretization", "edm");
    NoiseSchedule schedule =
        switch (discretization) {
          case "vp" -> VariancePreserving.EDM;
          case "ve" -> VarianceExploding.EDM;
          default ->
              new KarrasSchedule(
                  range.nearest(number(meta, "sigma_min", 0)),
                  range.nearest(number(meta, "sigma_max", 0)),
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

package retort.denoiser;

import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.network.Arguments;
import retort.noise.DdpmSchedule;
import retort.noise.DdpmSchedule.BetaCurve;
import retort.noise.DdpmSchedule.Spacing;

/**
 * What the {@code scheduler_config.json} of a diffusers folder says of its network: which noise
 * level each timestep is, and what the network answers.
 *
 * <p>The rest of that file tells how diffusers samples, and is left aside: {@code clip_sample} and
 * {@code thresholding} too, for they change what a sampler makes of an answer, and not the answer
 * that was trained. {@code steps_offset} shifts the timesteps a sampler visits by one or so.
 *
 * @param schedule the noise levels
 * @param predicts what the network answers: {@code eps}, {@code sample} or {@code v}
 */
public record DiffusersScheduler(DdpmSchedule schedule, String predicts) {
  private static final String CLASS = "_class_name";

  /** Schedulers over rates beta. Others speak of noise in another way, whatever their files say. */
  private static final Set<String> BY_RATES =
      Set.of(
          "DDIMInverseScheduler",
          "DDIMParallelScheduler",
          "DDIMScheduler",
          "DDPMParallelScheduler",
          "DDPMScheduler",
          "DEISMultistepScheduler",
          "DPMSolverMultistepInverseScheduler",
          "DPMSolverMultistepScheduler",
          "DPMSolverSDEScheduler",
          "DPMSolverSinglestepScheduler",
          "EulerAncestralDiscreteScheduler",
          "EulerDiscreteScheduler",
          "HeunDiscreteScheduler",
          "IPNDMScheduler",
          "KDPM2AncestralDiscreteScheduler",
          "KDPM2DiscreteScheduler",
          "LCMScheduler",
          "LMSDiscreteScheduler",
          "PNDMScheduler",
          "TCDScheduler",
          "UniPCMultistepScheduler");

  private static final Map<String, BetaCurve> CURVES =
      Map.of(
          "linear", BetaCurve.LINEAR,
          "scaled_linear", BetaCurve.SCALED_LINEAR,
          "sigmoid", BetaCurve.SIGMOID,
          "squaredcos_cap_v2", BetaCurve.SQUARED_COSINE,
          "laplace", BetaCurve.LAPLACE);

  private static final Map<String, Spacing> SPACINGS =
      Map.of(
          "leading", Spacing.LEADING,
          "trailing", Spacing.TRAILING,
          "linspace", Spacing.LINSPACE);

  private static final Map<String, String> PREDICTIONS =
      Map.of("epsilon", "eps", "sample", "sample", "v_prediction", "v");

  /**
   * Reads a {@code scheduler_config.json}; what it leaves out has the defaults of DDPMScheduler.
   *
   * @throws IllegalArgumentException when the noise levels are not those of rates beta, or the
   *     network answers something else
   */
  public static DiffusersScheduler of(Arguments arguments) {
    String name = arguments.text(CLASS, "DDPMScheduler");
    if (!BY_RATES.contains(name)) {
      throw new IllegalArgumentException(
          "the scheduler is "
              + name
              + " but should be one over rates beta, such as DDPMScheduler; if the network was trained"
              + " with one, name it in scheduler_config.json");
    }
    Spacing spacing = known(arguments, "timestep_spacing", "leading", SPACINGS);
    String predicts = known(arguments, "prediction_type", "epsilon", PREDICTIONS);
    DdpmSchedule schedule =
        arguments.has("trained_betas")
            ? DdpmSchedule.ofBetas(
                arguments.decimals("trained_betas", List.of()).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray(),
                spacing)
            : new DdpmSchedule(
                arguments.integer("num_train_timesteps", 1000),
                arguments.decimal("beta_start", 1e-4),
                arguments.decimal("beta_end", 0.02),
                known(arguments, "beta_schedule", "linear", CURVES),
                spacing);
    boolean toNoise = arguments.flag("rescale_betas_zero_snr", false);
    return new DiffusersScheduler(toNoise ? schedule.endingInNoise() : schedule, predicts);
  }

  private static <T> T known(
      Arguments arguments, String name, String otherwise, Map<String, T> values) {
    String word = arguments.text(name, otherwise);
    T value = values.get(word);
    if (value == null) {
      throw new IllegalArgumentException(
          name
              + " is "
              + word
              + " but should be one of "
              + String.join(", ", values.keySet().stream().sorted().toList()));
    }
    return value;
  }
}

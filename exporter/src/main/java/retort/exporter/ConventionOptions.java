package retort.exporter;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.denoiser.CosineTime;
import retort.denoiser.FlowTime;
import retort.denoiser.ImageRange;
import retort.denoiser.NetworkConvention;
import retort.denoiser.NetworkTime;
import retort.denoiser.NoiseState;
import retort.denoiser.Prediction;
import retort.denoiser.SigmaTime;
import retort.denoiser.SignatureGuess;
import retort.denoiser.SignatureHints;
import retort.denoiser.TimeInput;
import retort.denoiser.TimestepTable;
import retort.graph.Graph;
import retort.noise.CosineSchedule;

/** Flags about what somebody's ONNX network takes and answers. */
final class ConventionOptions {
  @Option(
      names = "--predicts",
      paramLabel = "WHAT",
      description =
          "What the network answers: denoised (or sample), eps, v, both (denoised and eps in twice"
              + " the channels), or flow. Default: by the output's name.")
  private @Nullable String predicts;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "How its time counts noise levels: linear, scaled-linear, squared-cosine (timesteps),"
              + " cosine (0 to 1), karras (sigma itself), flow (0 to 1), or file. Default: by the"
              + " input's name.")
  private @Nullable String schedule;

  @Option(
      names = "--timesteps",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many timesteps the schedule has. Default: ${DEFAULT-VALUE}.")
  private int timesteps;

  @Option(
      names = "--beta-start",
      paramLabel = "B",
      defaultValue = "0.0001",
      description = "First rate of linear and scaled-linear. Default: ${DEFAULT-VALUE}.")
  private double betaStart;

  @Option(
      names = "--beta-end",
      paramLabel = "B",
      defaultValue = "0.02",
      description = "Last rate of linear and scaled-linear. Default: ${DEFAULT-VALUE}.")
  private double betaEnd;

  @Option(
      names = "--schedule-file",
      paramLabel = "FILE",
      description =
          "An .npy or .npz of alphas_cumprod or sigmas, for --schedule=file. Default: none.")
  private @Nullable Path scheduleFile;

  @Option(
      names = "--time-scale",
      paramLabel = "S",
      defaultValue = "1",
      description = "The network is told offset + S * time. Default: ${DEFAULT-VALUE}.")
  private double timeScale;

  @Option(
      names = "--time-offset",
      paramLabel = "O",
      defaultValue = "0",
      description = "See --time-scale. Default: ${DEFAULT-VALUE}.")
  private double timeOffset;

  @Option(
      names = "--time-form",
      paramLabel = "FORM",
      defaultValue = "sigma",
      description = "What karras is told: sigma, log or log/4. Default: ${DEFAULT-VALUE}.")
  private String timeForm = "sigma";

  @Option(
      names = "--time-to",
      paramLabel = "END",
      defaultValue = "noise",
      description = "Where the time of flow is 1: noise or image. Default: ${DEFAULT-VALUE}.")
  private String timeTo = "noise";

  @Option(
      names = "--state",
      paramLabel = "NAME",
      description =
          "How the noisy input is scaled: exploding (not), preserving (by 1/sqrt(1 + sigma^2)) or"
              + " interpolated (by 1/(1 + sigma)). Default: as the schedule has it.")
  private @Nullable String state;

  @Option(
      names = "--range",
      split = ",",
      paramLabel = "X",
      description = "Its black and its white, such as 0,1. Default: -1,1.")
  private double @Nullable [] range;

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "X",
      description =
          "The mean, for each channel or all, that was taken from pixels in [0, 1]; with --std,"
              + " instead of --range. Default: none.")
  private @Nullable List<Double> mean;

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "X",
      description = "What these were divided by, one number. Default: none.")
  private @Nullable List<Double> std;

  @Option(
      names = "--image-input",
      paramLabel = "NAME",
      description = "The input of noisy images. Default: guessed.")
  private @Nullable String image;

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      description = "Its order: nchw or nhwc. Default: guessed.")
  private @Nullable String layout;

  @Option(
      names = "--time-input",
      paramLabel = "NAME",
      description = "The input of times. Default: guessed.")
  private @Nullable String time;

  @Option(
      names = "--label-input",
      paramLabel = "NAME",
      description = "The input of labels. Default: guessed.")
  private @Nullable String label;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description = "How many labels it knows, a null label included. Default: by its tables.")
  private @Nullable Integer labels;

  @Option(
      names = "--null-label",
      paramLabel = "N",
      description = "The label that means none. Default: there is none.")
  private @Nullable Integer nullLabel;

  @Option(
      names = "--guidance",
      paramLabel = "W",
      defaultValue = "1",
      description =
          "Classifier-free guidance baked in: none + W (labelled - none). Default: ${DEFAULT-VALUE},"
              + " which is without.")
  private double guidance;

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description = "The output that answers. Default: guessed.")
  private @Nullable String output;

  @Option(
      names = "--features",
      paramLabel = "NAME",
      description = "A value within, such as the bottleneck, to be the features. Default: none.")
  private @Nullable String features;

  @Option(
      names = "--fix",
      paramLabel = "NAME=X",
      description = "A number for an input that is neither image, time nor label. Default: none.")
  private Map<String, Double> fixed = new LinkedHashMap<>();

  @Option(
      names = "--dim",
      paramLabel = "NAME=N",
      description =
          "The size of a dimension that the file leaves open, such as height=32. Default: none.")
  private Map<String, Long> dims = new LinkedHashMap<>();

  @Option(
      names = "--freeze",
      paramLabel = "REGEX",
      description = "Weights that training leaves alone, by name. Default: none.")
  private @Nullable String freeze;

  Map<String, Long> dims() {
    dims.forEach(
        (name, size) -> {
          if (size < 1) {
            throw new IllegalArgumentException(
                "--dim is " + name + "=" + size + " but a dimension should be at least 1");
          }
        });
    return dims;
  }

  Optional<String> freeze() {
    return Optional.ofNullable(freeze);
  }

  /**
   * What is known of a network.
   *
   * @param remarks takes what was guessed
   */
  NetworkConvention convention(Graph network, List<String> remarks) {
    SignatureGuess guess = SignatureGuess.of(network, hints());
    remarks.addAll(guess.sentences());
    Prediction prediction =
        predicts == null ? guess.requirePrediction() : Prediction.named(predicts);
    Optional<NoiseState> said = Optional.ofNullable(state).map(NoiseState::named);
    NetworkTime counted = schedule == null ? guess.requireTime() : time(schedule, said);
    return new NetworkConvention(
        guess.signature(),
        prediction,
        new TimeInput(counted, timeScale, timeOffset),
        said.orElse(counted.state()),
        range(),
        guidance);
  }

  private SignatureHints hints() {
    if (layout != null && !layout.equals("nchw") && !layout.equals("nhwc")) {
      throw new IllegalArgumentException("--layout is " + layout + " but should be nchw or nhwc");
    }
    return new SignatureHints(
        Optional.ofNullable(image),
        Optional.ofNullable(layout).map("nhwc"::equals),
        Optional.ofNullable(time),
        Optional.ofNullable(label),
        labels == null ? OptionalInt.empty() : OptionalInt.of(labels),
        nullLabel == null ? OptionalInt.empty() : OptionalInt.of(nullLabel),
        Optional.ofNullable(output),
        Optional.ofNullable(features),
        fixed);
  }

  private NetworkTime time(String name, Optional<NoiseState> said) {
    return switch (name) {
      case "linear" -> TimestepTable.linear(timesteps, betaStart, betaEnd);
      case "scaled-linear" -> TimestepTable.scaledLinear(timesteps, betaStart, betaEnd);
      case "squared-cosine" -> TimestepTable.squaredCosine(timesteps);
      case "cosine" -> new CosineTime(CosineSchedule.STANDARD);
      case "karras" -> new SigmaTime(SigmaTime.Form.named(timeForm));
      case "flow" -> new FlowTime(towardsImage());
      case "file" -> TimestepTable.read(file(), said);
      default ->
          throw new IllegalArgumentException(
              "--schedule is "
                  + name
                  + " but should be linear, scaled-linear, squared-cosine, cosine, karras, flow or"
                  + " file");
    };
  }

  private Path file() {
    if (scheduleFile == null) {
      throw new IllegalArgumentException(
          "--schedule is file but --schedule-file does not say which; pass an .npy or .npz");
    }
    return scheduleFile;
  }

  private boolean towardsImage() {
    if (!timeTo.equals("image") && !timeTo.equals("noise")) {
      throw new IllegalArgumentException(
          "--time-to is " + timeTo + " but should be noise or image");
    }
    return timeTo.equals("image");
  }

  private ImageRange range() {
    if (mean != null || std != null) {
      if (mean == null || std == null || range != null) {
        throw new IllegalArgumentException("--mean and --std belong together, without --range");
      }
      return ImageRange.standardized(mean, std);
    }
    if (range == null) {
      return ImageRange.OURS;
    }
    if (range.length != 2) {
      throw new IllegalArgumentException(
          "--range has " + range.length + " numbers but should have two, such as 0,1");
    }
    return ImageRange.of(range[0], range[1]);
  }
}

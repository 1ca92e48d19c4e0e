package retort.exporter;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.denoiser.MetadataKeys;
import retort.denoiser.SigmaRange;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.intake.Comparison;
import retort.exporter.intake.Intake;
import retort.onnx.OnnxReader;

/** {@code import}: makes a teacher, a generator or a feature network of somebody's network. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes teacher.onnx of somebody's network: a pickle of EDM, EDM2, SiD or SiDA, weights of"
            + " PyTorch (.pt, .pth, .safetensors, .npz), a diffusers folder, or a denoiser exported"
            + " to ONNX. Nothing in the file is executed. The result is sampled before it is"
            + " written, and a grid shows whether it was understood. Published classifiers become"
            + " networks that images are compared by.",
    footer = {
      "",
      "Examples, a checkpoint, a network that predicts noise at 1000 timesteps, and features:",
      "  retort import --from edm-cifar10-32x32-uncond-vp.pkl --out cifar10.onnx",
      "  retort import --from unet.onnx --predicts eps --schedule linear --out t.onnx",
      "  retort import --from resnet20.th --out resnet20.onnx"
    })
final class ImportCommand implements Callable<Integer> {
  /** What the weights are. */
  enum Kind {
    TEACHER,
    GENERATOR
  }

  private static final double USUAL_SIGMA_INIT = 2.5;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PATH",
      description = "The file or folder to import; its content tells what it is.")
  private Path from = Path.of(".");

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
  private Path out = Path.of(".");

  @Option(
      names = "--as",
      paramLabel = "KIND",
      description =
          "What the weights are, teacher or generator. Default: generator for snapshots of SiD and"
              + " SiDA, else teacher.")
  private @Nullable Kind kind;

  @Option(
      names = "--sigma-init",
      paramLabel = "S",
      description = "Noise level at which a generator runs. Default: 2.5.")
  private @Nullable Double sigmaInit;

  @Option(
      names = "--label-names",
      split = ",",
      paramLabel = "NAME",
      description = "A name for each label, in order. Default: their numbers.")
  private List<String> labelNames = new ArrayList<>();

  @Option(
      names = "--licence",
      paramLabel = "TEXT",
      description =
          "What the weights may be used for; it travels with them. Default: what is known of"
              + " published weights.")
  private @Nullable String licence;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the card here too, as JSON. Default: not.")
  private @Nullable Path report;

  @Mixin(name = "CheckpointOptions")
  private CheckpointOptions inCheckpoint = new CheckpointOptions();

  @Mixin(name = "ConventionOptions")
  private ConventionOptions convention = new ConventionOptions();

  @Mixin(name = "ComparisonOptions")
  private ComparisonOptions comparison = new ComparisonOptions();

  @Mixin(name = "TrialOptions")
  private TrialOptions trial = new TrialOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    check();
    return Interruption.during(Objects.requireNonNull(spec).commandLine(), this::run);
  }

  private int run(Interruption interruption) {
    GivenFlags given = new GivenFlags(Objects.requireNonNull(spec));
    if (OnnxReader.recognises(from)) {
      given.refuse(CheckpointOptions.class, "is for checkpoints, but " + from + " is an ONNX file");
      given.refuse(
          ComparisonOptions.class, "is for classifiers, but " + from + " is an ONNX network");
      return tell(denoiser(ForeignFile.read(from, convention, trial), given, interruption));
    }
    String reason = "is for ONNX networks, but " + from + " is a checkpoint";
    given.refuse(ConventionOptions.class, reason);
    given.refuse(List.of("--tolerance"), reason);
    Checkpoint checkpoint = inCheckpoint.read(from);
    Optional<Comparison> network =
        inCheckpoint.described() ? Optional.empty() : comparison.network(checkpoint);
    if (network.isPresent()) {
      given.refuse(
          List.of("--as", "--sigma-init", "--label-names", "--images", "--steps", "--grid"),
          "is for denoisers, but " + from + " holds " + network.get().title());
      return tell(comparison(network.get(), interruption));
    }
    given.refuse(ComparisonOptions.class, "is for classifiers, but " + from + " is none");
    return tell(denoiser(inCheckpoint.denoiser(checkpoint), given, interruption));
  }

  private void check() {
    if (sigmaInit != null && !(sigmaInit > 0 && Double.isFinite(sigmaInit))) {
      throw new IllegalArgumentException(
          "--sigma-init is " + sigmaInit + " but should be a positive noise level, such as 2.5");
    }
    if (!Files.exists(from)) {
      throw new IllegalArgumentException(
          "--from is " + from + ", but there is no such file or folder");
    }
    OutputPaths.requireWritable("--out", out);
    OutputPaths.requireDifferent("--from", from, "--out", out);
    trial.check(from, out);
    if (report != null) {
      OutputPaths.requireWritable("--report", report);
      OutputPaths.requireDifferent("--out", out, "--report", report);
      OutputPaths.requireDifferent("--from", from, "--report", report);
      OutputPaths.requireDifferent("--grid", trial.grid(out), "--report", report);
    }
  }

  private Card denoiser(Intake understood, GivenFlags given, Interruption interruption) {
    Intake intake = understood.named(labelNames).with(said());
    if (kind != null) {
      intake = intake.as(kind == Kind.GENERATOR);
    }
    if (!intake.generator()) {
      given.refuse(
          List.of("--sigma-init"),
          "is for generators, but " + from + " is a teacher; leave it out, or pass --as=generator");
      return ImportCard.of(ImportedFile.write(intake, 0, trial, out, interruption), intake);
    }
    double level = sigmaInit == null ? USUAL_SIGMA_INIT : sigmaInit;
    SigmaRange trained = intake.model().sigmaRange();
    if (trained.nearest(level) != level) {
      throw new IllegalArgumentException(
          "--sigma-init is " + level + " but the network was trained for " + trained);
    }
    intake = intake.with(Map.of(MetadataKeys.SIGMA_INIT, Double.toString(level)));
    return ImportCard.of(ImportedFile.write(intake, level, trial, out, interruption), intake);
  }

  private Card comparison(Comparison understood, Interruption interruption) {
    Comparison network = understood.with(said());
    return ImportCard.of(ImportedFile.write(network, trial, out, interruption), network);
  }

  private Map<String, String> said() {
    return licence == null ? Map.of() : Map.of(MetadataKeys.LICENCE, licence);
  }

  private int tell(Card card) {
    if (report != null) {
      card.write(report);
    }
    Objects.requireNonNull(spec).commandLine().getOut().print(card.text());
    spec.commandLine().getOut().flush();
    return 0;
  }
}

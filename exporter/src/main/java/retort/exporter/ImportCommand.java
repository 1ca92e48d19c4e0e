package retort.exporter;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.denoiser.MetadataKeys;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.intake.ConfigurationFile;
import retort.exporter.intake.ForeignNetwork;
import retort.exporter.intake.Intake;
import retort.exporter.intake.PublishedTeacher;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxReader;

/** {@code import}: makes a teacher, or a generator, of somebody's network. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes teacher.onnx of somebody's network: a pickle of EDM, EDM2, SiD or SiDA, weights of"
            + " PyTorch (.pt, .pth, .safetensors, .npz), a diffusers folder, or a denoiser exported"
            + " to ONNX. Nothing in the file is executed. The result is sampled before it is"
            + " written, and a grid shows whether it was understood.",
    footer = {
      "",
      "Examples, a checkpoint, and a network that predicts noise at 1000 timesteps:",
      "  retort import --from edm-cifar10-32x32-uncond-vp.pkl --out cifar10.onnx",
      "  retort import --from unet.onnx --predicts eps --schedule linear --out teacher.onnx"
    })
final class ImportCommand implements Callable<Integer> {
  /** What the weights are. */
  enum Kind {
    TEACHER,
    GENERATOR
  }

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PATH",
      description = "The file or folder to import; its content tells what it is.")
  private Path from = Path.of(".");

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
  private Path out = Path.of(".");

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Which of a checkpoint's networks. Default: the averaged one, ema.")
  private @Nullable String network;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "JSON of a checkpoint's class_name and constructor arguments, where it does not say them."
              + " Default: the file's own, or recognised.")
  private @Nullable Path config;

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
      defaultValue = "2.5",
      description = "Noise level at which a generator runs. Default: ${DEFAULT-VALUE}.")
  private double sigmaInit;

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
      names = "--freeze",
      paramLabel = "REGEX",
      description = "Weights of an ONNX network that training leaves alone, by name.")
  private @Nullable String freeze;

  @ArgGroup(
      exclusive = false,
      multiplicity = "0..1",
      heading = "%nWhat an ONNX network takes and answers:%n")
  private ConventionOptions convention = new ConventionOptions();

  @ArgGroup(exclusive = false, multiplicity = "0..1", heading = "%nHow the result is verified:%n")
  private TrialOptions trial = new TrialOptions();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the card here too, as JSON. Default: not.")
  private @Nullable Path report;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    check();
    Intake intake = described(understood());
    boolean generator = kind == null ? intake.generator() : kind == Kind.GENERATOR;
    if (generator) {
      intake = intake.with(Map.of(MetadataKeys.SIGMA_INIT, Double.toString(sigmaInit)));
    }
    ImportedFile written = ImportedFile.write(intake, generator ? sigmaInit : 0, trial, out);
    Card card = ImportCard.of(written, intake, generator);
    if (report != null) {
      card.write(report);
    }
    Objects.requireNonNull(spec).commandLine().getOut().print(card.text());
    spec.commandLine().getOut().flush();
    return 0;
  }

  private void check() {
    if (!(sigmaInit > 0 && Double.isFinite(sigmaInit))) {
      throw new IllegalArgumentException(
          "--sigma-init is " + sigmaInit + " but should be a positive noise level, such as 2.5");
    }
    if (!Files.exists(from)) {
      throw new IllegalArgumentException(
          "--from is " + from + ", but there is no such file or folder");
    }
    OutputPaths.requireWritable("--out", out);
    OutputPaths.requireDifferent("--from", from, "--out", out);
    trial.check(out);
    if (report != null) {
      OutputPaths.requireWritable("--report", report);
      OutputPaths.requireDifferent("--out", out, "--report", report);
      OutputPaths.requireDifferent("--from", from, "--report", report);
    }
  }

  private Intake understood() {
    if (!OnnxReader.recognises(from)) {
      Checkpoint checkpoint =
          network == null ? Checkpoint.read(from) : Checkpoint.read(from, network);
      return PublishedTeacher.of(
          checkpoint, Optional.ofNullable(config).map(ConfigurationFile::read));
    }
    List<String> remarks = new ArrayList<>();
    OnnxModel model = OnnxReader.read(from, convention.dims());
    if (model.metadata().containsKey(MetadataKeys.KIND)) {
      throw new IllegalArgumentException(
          "--from is "
              + from
              + ", which is a file of Retort's own: use it as it is, it needs no import");
    }
    Intake intake =
        ForeignNetwork.of(
            model.graph(),
            model.producer(),
            convention.convention(model.graph(), remarks),
            frozen(),
            remarks);
    trial.compare(from, intake.network());
    return intake;
  }

  private java.util.function.Predicate<String> frozen() {
    if (freeze == null) {
      return name -> false;
    }
    try {
      return Pattern.compile(freeze).asMatchPredicate();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "--freeze is " + freeze + ", no regular expression: " + e.getDescription(), e);
    }
  }

  private Intake described(Intake intake) {
    Map<String, String> properties = new TreeMap<>();
    if (licence != null) {
      properties.put(MetadataKeys.LICENCE, licence);
    }
    return intake.named(labelNames).with(properties);
  }
}

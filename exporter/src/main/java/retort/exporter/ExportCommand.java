package retort.exporter;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.denoiser.GeneratorCard;
import retort.denoiser.ReferenceSamples;
import retort.exporter.deploy.DistilledGenerator;
import retort.exporter.verify.Verification;
import retort.graph.Graph;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/** {@code export}: makes a distilled generator ready to be served. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes a distilled generator ready to be served: one ONNX file from noise and label to"
            + " images, with all its steps, written once it made the reference samples again in"
            + " ONNX Runtime.",
    footer = {
      "",
      "Example:",
      "  retort export --model runs/digits/generator.onnx --out digits.onnx"
    })
final class ExportCommand implements Callable<Integer> {
  /** What the exported network gives. */
  enum Output {
    UINT8,
    FLOAT
  }

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "The generator.onnx that 'distill' wrote.")
  private Path file = Path.of(".");

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
  private Path out = Path.of(".");

  @Option(
      names = "--output",
      paramLabel = "TYPE",
      description =
          "Type of the images: uint8, pixels [N, H, W, C] ready to send, or float, [N, C, H, W] in"
              + " [-1, 1]. Default: uint8.")
  private Output output = Output.UINT8;

  @Option(
      names = "--tolerance",
      paramLabel = "D",
      description =
          "Largest difference from the reference samples, for images in [-1, 1]. Default:"
              + " 0.0001.")
  private double tolerance = 1e-4;

  @Option(
      names = "--sigma-init",
      paramLabel = "S",
      description =
          "Noise level to run at, for a file that does not say it. Default: the file's own.")
  private @Nullable Double sigmaInit;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of ONNX Runtime while it verifies. Default: ${DEFAULT-VALUE}.")
  private int threads = 1;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the report here too, as JSON. Default: not.")
  private @Nullable Path report;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    check();
    return Interruption.during(Objects.requireNonNull(spec).commandLine(), this::run);
  }

  private int run(Interruption interruption) {
    DistilledGenerator generator =
        DistilledGenerator.read(
            file, sigmaInit == null ? OptionalDouble.empty() : OptionalDouble.of(sigmaInit));
    Optional<ReferenceSamples> stored = generator.referenceSamples();
    if (stored.isEmpty()) {
      warn(
          file
              + " holds no reference samples; what it makes itself in ONNX Runtime serves as such");
    }
    ReferenceSamples samples =
        stored.orElseGet(
            () -> Verification.samples(file, generator.model(), generator.steps(), threads));
    GeneratorCard card = generator.card(samples);
    Graph images = generator.images();
    OnnxModel floats = OnnxModel.of(images, card.metadata());
    OnnxModel deployable =
        output == Output.FLOAT
            ? floats
            : OnnxModel.of(DistilledGenerator.greyLevels(images), card.metadata());
    Verification verification =
        Verification.of(
            floats, deployable, samples, stored.isPresent(), card.labels(), tolerance, threads);
    OutputPaths.write(out, () -> OnnxWriter.write(deployable, out));
    interruption.tooLate();
    ExportReport result =
        ExportReport.of(
            out, generator.model().graph(), deployable.graph(), verification, stored.isPresent());
    if (report != null) {
      result.write(report);
    }
    Objects.requireNonNull(spec).commandLine().getOut().print(result.text());
    spec.commandLine().getOut().flush();
    return 0;
  }

  private void warn(String sentence) {
    Objects.requireNonNull(spec).commandLine().getErr().println("retort: " + sentence);
  }

  private void check() {
    if (!(tolerance > 0 && Double.isFinite(tolerance))) {
      throw new IllegalArgumentException(
          "--tolerance is " + tolerance + " but should be a positive number, such as 1e-4");
    }
    if (sigmaInit != null && !(sigmaInit > 0 && Double.isFinite(sigmaInit))) {
      throw new IllegalArgumentException(
          "--sigma-init is " + sigmaInit + " but should be a positive noise level, such as 2.5");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("--threads is " + threads + " but should be at least 1");
    }
    OutputPaths.requireWritable("--out", out);
    OutputPaths.requireDifferent("--model", file, "--out", out);
    if (report != null) {
      OutputPaths.requireWritable("--report", report);
      OutputPaths.requireDifferent("--model", file, "--report", report);
      OutputPaths.requireDifferent("--out", out, "--report", report);
    }
  }
}

package retort.exporter;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.onnx.OnnxReader;

/** {@code inspect}: what a file is. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Tells what a file is, an ONNX file of ours or anybody's, or a checkpoint that 'import'"
            + " takes: kind, inputs and outputs, parameters, cost, operators, metadata.",
    footer = {"", "Example:", "  retort inspect examples/digits/teacher.onnx"})
final class InspectCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      description = "An ONNX file, a checkpoint, or a diffusers folder.")
  private Path file = Path.of(".");

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Which of a checkpoint's networks. Default: the averaged one, ema.")
  private @Nullable String network;

  @Option(names = "--json", description = "Write JSON. Default: lines of text.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Card card = card();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? card.json() : card.text());
    out.flush();
    return 0;
  }

  private Card card() {
    if (!OnnxReader.recognises(file)) {
      return CheckpointInspection.of(file, Optional.ofNullable(network));
    }
    if (network != null) {
      throw new IllegalArgumentException(
          "--network is for checkpoints, but " + file + " is an ONNX file; leave it out");
    }
    return Inspection.of(file);
  }
}

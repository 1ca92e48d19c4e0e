package retort.exporter;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inspect}: what an ONNX file is. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Tells what an ONNX file is, ours or anybody's: kind, inputs and outputs, parameters, cost,"
            + " operators, metadata.",
    footer = {"", "Example:", "  retort inspect examples/digits/teacher.onnx"})
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "An ONNX file.")
  private Path file = Path.of(".");

  @Option(names = "--json", description = "Write JSON. Default: lines of text.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Card card = Inspection.of(file);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? card.json() : card.text());
    out.flush();
    return 0;
  }
}

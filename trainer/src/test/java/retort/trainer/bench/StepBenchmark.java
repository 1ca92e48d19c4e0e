package retort.trainer.bench;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Weight;

/** Measures one training step beside the same step in PyTorch eager, in turns. */
@Command(
    name = "step-benchmark",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Compares our training step with PyTorch eager's and prints a row of a table.")
final class StepBenchmark implements Callable<Integer> {
  private static final String[] COLUMNS = {
    "case",
    "ours ms/step",
    "theirs",
    "ours ms/image",
    "theirs",
    "ratio (range)",
    "ours CPU ms/step",
    "theirs",
    "CPU ratio (range)",
    "ours peak MiB",
    "theirs"
  };

  @Option(names = "--network", required = true, description = "One of ${COMPLETION-CANDIDATES}.")
  private Workload.Network network = Workload.Network.DIGITS;

  @Option(names = "--method", description = "One of ${COMPLETION-CANDIDATES}. Default: edm.")
  private Workload.Method method = Workload.Method.EDM;

  @Option(names = "--layout", description = "One of ${COMPLETION-CANDIDATES}. Default: contiguous.")
  private Layout layout = Layout.CONTIGUOUS;

  @Option(names = "--batch", description = "Images a step. Default: the network's usual batch.")
  private int batch;

  @Option(names = "--threads", description = "Threads of either side. Default: the processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--warm-up", description = "Steps before measuring. Default: ${DEFAULT-VALUE}.")
  private int warmUp = 10;

  @Option(names = "--pairs", description = "Pairs of blocks. Default: ${DEFAULT-VALUE}.")
  private int pairs = 10;

  @Option(names = "--steps", description = "Steps a block. Default: ${DEFAULT-VALUE}.")
  private int steps = 5;

  @Option(names = "--python", description = "An interpreter with torch. Default: python3.")
  private String python = "python3";

  @Option(names = "--peer", required = true, description = "The script peer.py.")
  private Path peer = Path.of("peer.py");

  @Option(names = "--json", description = "Append the result, as a line of JSON, to this file.")
  private Path json = Path.of("/dev/null");

  @Option(names = "--heading", description = "Print the table's heading first.")
  private boolean heading;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private StepBenchmark() {}

  /** Runs one measurement. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new StepBenchmark())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Workload workload = network.training(method, batch);
    try (Ours ours = new Ours(workload, layout, threads);
        Peer theirs = new Peer(python, peer, workload.peerFlags(layout, threads))) {
      requireSameSize(workload, theirs);
      Comparison comparison = Comparison.of(ours, theirs, warmUp, pairs, steps);
      print(workload, comparison);
      write(workload, theirs, comparison);
    }
    return 0;
  }

  private static void requireSameSize(Workload workload, Peer theirs) {
    Graph graph = workload.network().build(0);
    long parameters =
        graph.weights().values().stream()
            .filter(weight -> weight.role() == Weight.Role.PARAMETER)
            .map(Weight::value)
            .mapToLong(Tensor::elements)
            .sum();
    if (parameters != theirs.introduction().parameters()) {
      throw new IllegalStateException(
          "our network has "
              + parameters
              + " parameters but the peer's has "
              + theirs.introduction().parameters()
              + ": they are not the same network");
    }
  }

  private String name(Workload workload) {
    return "%s %s %s, batch %d"
        .formatted(
            Workload.lower(network),
            Workload.lower(method),
            Workload.lower(layout),
            workload.batch());
  }

  private void print(Workload workload, Comparison comparison) {
    if (heading) {
      out.println("| " + String.join(" | ", COLUMNS) + " |");
      out.println("|---".repeat(COLUMNS.length) + "|");
    }
    Comparison.Quantity wall = comparison.wall();
    Comparison.Quantity cpu = comparison.cpu();
    int images = workload.batch();
    out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.3f | %.3f | %s | %.1f | %.1f | %s | %.0f | %.0f |%n",
        name(workload),
        wall.ours() * 1e3,
        wall.theirs() * 1e3,
        wall.ours() * 1e3 / images,
        wall.theirs() * 1e3 / images,
        wall.ratioText(),
        cpu.ours() * 1e3,
        cpu.theirs() * 1e3,
        cpu.ratioText(),
        Comparison.peakMib(comparison.ours()),
        Comparison.peakMib(comparison.theirs()));
  }

  private void write(Workload workload, Peer theirs, Comparison comparison) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("network", Workload.lower(network));
    line.put("method", Workload.lower(method));
    line.put("layout", Workload.lower(layout));
    line.put("batch", workload.batch());
    line.put("threads", threads);
    line.put("parameters", theirs.introduction().parameters());
    line.put("peer", "PyTorch " + theirs.introduction().torch());
    line.put("java", Runtime.version().toString());
    line.put("wall", comparison.wall());
    line.put("cpu", comparison.cpu());
    line.put("blocks", comparison);
    Files.writeString(
        json, new Gson().toJson(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}

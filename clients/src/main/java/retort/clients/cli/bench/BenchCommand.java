package retort.clients.cli.bench;

import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.clients.cli.picture.OutputFile;

/** {@code bench}: measures a server, by streams or by calls. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures a server from outside: how streams keep their time, or how many it holds (--ramp),"
          + " or calls with one answer (--callers, --rate). With --oip it measures any server of the"
          + " Open Inference Protocol. What each figure means stands in docs/benchmarking.md."
    },
    footer = {
      "",
      "Example, sixteen streams at 20 frames a second, each steered twice a second,",
      "beside a client that never reads:",
      "  retort bench --server 127.0.0.1:8001 --streams 16 --steer 2 --stalled 1",
      "",
      "How many streams at 20 frames a second are held with 99 % on time:",
      "  retort bench --server 127.0.0.1:8001 --ramp --fps 20",
      "",
      "Four callers that ask for one image after the other:",
      "  retort bench --server 127.0.0.1:8001 --callers 4 --json bench.json",
      "",
      "Any server of the Open Inference Protocol, 200 calls a second:",
      "  retort bench --oip 127.0.0.1:8001 --model resnet --rate 200 \\",
      "    --shape input=1,3,224,224",
      "",
      "Four of its streams, of frames that a model makes by itself (ModelStreamInfer):",
      "  retort bench --oip 127.0.0.1:8001 --model digits-frames --streams 4 --fps 20"
    })
public final class BenchCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();
  @Mixin private StreamOptions streams = new StreamOptions();
  @Mixin private TensorOptions tensors = new TensorOptions();
  @Mixin private UnaryOptions calls = new UnaryOptions();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures here as well. Default: not.")
  private @Nullable Path json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    options.check();
    streams.check(options.tensors());
    tensors.check(options.tensors());
    calls.check(streams);
    if (json != null) {
      OutputFile.check("--json", json, "");
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Figures figures = new Figures();
    if (calls.wanted()) {
      calls.measure(options, tensors, figures);
    } else {
      streams.measure(options, tensors, figures, out);
    }
    figures.lines().forEach(out::println);
    out.flush();
    if (json != null) {
      String text = new GsonBuilder().setPrettyPrinting().create().toJson(figures.values()) + "\n";
      OutputFile.write(json, bytes -> bytes.write(text.getBytes(StandardCharsets.UTF_8)));
    }
    return 0;
  }
}

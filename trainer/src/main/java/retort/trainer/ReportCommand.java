package retort.trainer;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.trainer.report.ComparisonFormat;
import retort.trainer.report.LiveServer;
import retort.trainer.report.Reports;

/** {@code report}: shows runs, as pages, live, or compared. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Shows runs: a page with curves, samples and options; the same live; or several compared.",
    footer = {
      "",
      "Examples: the page of a run, the same while it goes on, a comparison for a document:",
      "  retort report runs/sid",
      "  retort report runs/sid --serve",
      "  retort report runs/sid-* runs/dmd-* --out table.html --svg curves.svg \\",
      "    --markdown table.md --baseline \"teacher, 18 steps=teacher.json\"",
      "",
      "docs/reports.md shows what they look like."
    })
final class ReportCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ReportCommand.class);
  private static final String ADDRESS = "127.0.0.1:8090";

  @Parameters(
      arity = "0..*",
      paramLabel = "RUN",
      description =
          "Run folders, one at least. Several are compared; runs of one method and options are seeds.")
  private List<Path> runs = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The page, HTML. Default: report.html in the folder of a single run; of several,"
              + " Markdown on standard output.")
  private @Nullable Path out;

  @Option(
      names = "--serve",
      arity = "0..1",
      fallbackValue = ADDRESS,
      paramLabel = "HOST:PORT",
      description =
          "Serve the pages, which follow the runs, until Ctrl-C. Without a value at "
              + ADDRESS
              + "; port 0 picks a free one. Default: not.")
  private @Nullable String served;

  @Option(
      names = "--baseline",
      paramLabel = "NAME=FILE",
      description =
          "Compare with what is no run, by the JSON of 'evaluate --out'. May be repeated; files of"
              + " one name are seeds. Default: none.")
  private List<String> baselines = new ArrayList<>();

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Write the comparison's table as Markdown. Default: not.")
  private @Nullable Path markdown;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Write the comparison's curves as a drawing. Default: not.")
  private @Nullable Path svg;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the comparison with all digits as JSON. Default: not.")
  private @Nullable Path json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Map<ComparisonFormat, Path> files = files();
    requireRuns();
    Reports reports = new Reports(runs);
    PrintWriter print = Objects.requireNonNull(spec).commandLine().getOut();
    if (served != null) {
      if (!files.isEmpty() || !baselines.isEmpty()) {
        throw new IllegalArgumentException(
            "--serve shows pages and writes no file; pass it without --out, --markdown, --svg,"
                + " --json and --baseline, or leave it out");
      }
      serve(reports, served, print);
    } else if (runs.size() == 1 && baselines.isEmpty() && !comparing(files)) {
      print.println(reports.page(Optional.ofNullable(out)));
    } else {
      Reports.Compared compared = reports.compare(baselines);
      compared.write(files);
      files.values().forEach(print::println);
      if (files.isEmpty()) {
        print.print(compared.text(ComparisonFormat.MARKDOWN));
        print.flush();
      }
    }
    return 0;
  }

  private void requireRuns() {
    if (served != null && Files.isDirectory(Path.of(served))) {
      throw new IllegalArgumentException(
          "--serve is "
              + served
              + ", a folder, but should be HOST:PORT; pass the run folders before --serve");
    }
    if (runs.isEmpty()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Missing required parameter: 'RUN'");
    }
  }

  private Map<ComparisonFormat, Path> files() {
    Map<ComparisonFormat, Path> files = new EnumMap<>(ComparisonFormat.class);
    if (out != null) {
      files.put(ComparisonFormat.HTML, out);
    }
    if (markdown != null) {
      files.put(ComparisonFormat.MARKDOWN, markdown);
    }
    if (svg != null) {
      files.put(ComparisonFormat.SVG, svg);
    }
    if (json != null) {
      files.put(ComparisonFormat.JSON, json);
    }
    return files;
  }

  private static boolean comparing(Map<ComparisonFormat, Path> files) {
    return files.keySet().stream().anyMatch(format -> format != ComparisonFormat.HTML);
  }

  /** Serves until the process is told to stop. */
  private static void serve(Reports reports, String address, PrintWriter print)
      throws InterruptedException {
    LiveServer server = reports.serve(address);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-serving"));
    if (!server.address().getAddress().isLoopbackAddress()) {
      LOG.warn("whoever reaches {} can read these runs; 127.0.0.1 is for this machine", address);
    }
    print.println("ready on " + server.page() + ", until Ctrl-C");
    print.flush();
    new CountDownLatch(1).await();
  }
}

package retort.clients.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a demo came to, a row for each figure. */
final class DemoTable {
  private final List<String> rows = new ArrayList<>();

  private DemoTable() {}

  /**
   * The rows.
   *
   * @param run where the steps wrote their figures
   * @param digest of the teacher, SHA-256
   * @param walk what the stream delivered
   */
  static List<String> rows(DemoRun run, String digest, StreamSummary walk) {
    List<DemoRun.Measured> measured = run.measurements();
    DemoRun.Measured first = measured.get(0);
    DemoRun.Measured last = measured.get(measured.size() - 1);
    DemoTable table = new DemoTable();
    table.row("teacher", "SHA-256 %s", digest);
    table.row(
        "distilled",
        "%,d images in %.1f minutes, none of them real",
        last.images(),
        last.seconds() / 60);
    table.row("Frechet distance", "%s", distances(first, run, last));
    table.row(
        "labels",
        "%.1f %% of %,d images are the digit asked for",
        100 * run.number("evaluation.json", "label_accuracy"),
        (long) run.number("evaluation.json", "images"));
    table.row(
        "exported",
        "%.1e from the trainer's images at most, %.2f ms an image",
        run.number("export.json", "difference"),
        run.number("export.json", "milliseconds_per_image"));
    table.row(
        "streamed",
        "%d of %d frames, %.1f %% on time (within %.0f ms), %d dropped",
        walk.received(),
        walk.due(),
        100 * walk.onTimeShare(),
        walk.withinMillis(),
        walk.dropped());
    table.row("lateness", "p50 %.1f ms, p99 %.1f ms", walk.latenessP50(), walk.latenessP99());
    table.row("pictures", "%s (row r: digit r), %s", run.file("grid.png"), run.file("walk.gif"));
    table.row("models", "%s, %s", run.file("generator.onnx"), run.file("models/digits.onnx"));
    return table.rows;
  }

  /** How it fell, where it was measured on the way. */
  private static String distances(DemoRun.Measured first, DemoRun run, DemoRun.Measured last) {
    String end =
        text(
            "%.1f after %,d images",
            run.number("evaluation.json", "frechet_distance"), last.images());
    return first.images() == last.images()
        ? end
        : text("%.1f after %,d images, ", first.frechetDistance(), first.images()) + end;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private void row(String name, String format, Object... values) {
    rows.add("%-18s%s".formatted(name, text(format, values)));
  }
}

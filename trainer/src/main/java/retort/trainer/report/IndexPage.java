package retort.trainer.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page over several runs that are served: a line a run, and their curves in one chart. */
final class IndexPage {
  private IndexPage() {}

  /** The page; run i is at {@code i/}, counted from 1. */
  static Page of(List<Run> runs) {
    StringBuilder html = new StringBuilder("<h1>Runs</h1><div class=\"scroll\"><table>");
    html.append(
        "<tr><th>Run</th><th>Method</th><th>State</th><th>Images</th><th>Time in steps</th>");
    html.append("<th>Frechet distance</th><th>Best</th><th>Last line</th></tr>");
    for (int i = 0; i < runs.size(); i++) {
      row(html, i + 1, runs.get(i));
    }
    html.append("</table></div>");
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("head", html.toString());
    sections.put("curves", ComparisonPage.curves(Comparison.of(runs, Map.of())));
    return new Page("Runs", sections);
  }

  private static void row(StringBuilder html, int number, Run run) {
    Series distance = run.frechetDistance();
    html.append(
        "<tr><td><a href=\"%d/\">%s</a></td><td>%s</td><td><span class=\"state %s\">%s</span></td>"
            .formatted(
                number,
                Markup.escape(run.name()),
                Markup.escape(run.method()),
                run.state(),
                run.state()));
    html.append(
        "<td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>"
            .formatted(
                run.statistics().last().map(line -> Figures.of(line.images())).orElse("–"),
                run.statistics().last().map(line -> Figures.duration(line.seconds())).orElse("–"),
                distance.last().map(point -> Figures.of(point.value())).orElse("–"),
                distance.best(true).map(point -> Figures.of(point.value())).orElse("–"),
                RunHead.lastLine(run)));
  }
}

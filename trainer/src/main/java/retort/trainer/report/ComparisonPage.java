package retort.trainer.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.trainer.report.Chart.Reading;

/** The page of a comparison. */
final class ComparisonPage {
  /** Runs whose last grid is shown. */
  private static final int MOST_GRIDS = 24;

  private ComparisonPage() {}

  /** The page as one file. */
  static Page of(Comparison comparison) {
    Map<String, String> sections = new LinkedHashMap<>();
    int runs = comparison.runs().size();
    sections.put("head", "<h1>%d %s compared</h1>".formatted(runs, runs == 1 ? "run" : "runs"));
    sections.put("table", new ComparisonTable(comparison).html());
    sections.put("curves", curves(comparison));
    sections.put("samples", samples(comparison));
    return new Page("Runs compared", sections);
  }

  /** All measures along the runs: over images, and over time beside it. */
  static String curves(Comparison comparison) {
    ComparisonCharts charts = new ComparisonCharts(comparison);
    List<Measure> measures = charts.measures();
    StringBuilder html = new StringBuilder();
    for (Measure measure : measures) {
      html.append("<h2>%s</h2><div class=\"panels wide\">".formatted(measure.title()));
      for (Reading reading : Reading.values()) {
        html.append(
            "<figure class=\"panel\"><figcaption><b>over %s</b> <span>%s</span></figcaption>%s</figure>"
                .formatted(
                    reading == Reading.IMAGES ? "images shown" : "time in steps",
                    measure.better() == Measure.Better.LOWER
                        ? "lower is better"
                        : "higher is better",
                    charts.svg(measure, reading)));
      }
      html.append("</div>");
    }
    return html.isEmpty()
        ? "<h2>Curves</h2><p>No run measured its images on its way.</p>"
        : html.toString();
  }

  private static String samples(Comparison comparison) {
    StringBuilder html = new StringBuilder("<h2>Last samples</h2><div class=\"grids\">");
    List<Run> runs = comparison.runs();
    for (Run run : runs.subList(0, Math.min(MOST_GRIDS, runs.size()))) {
      if (!run.grids().isEmpty()) {
        Grid last = run.grids().get(run.grids().size() - 1);
        html.append(
            "<figure><img alt=\"grid of samples\" %s src=\"%s\"><figcaption>%s, %s, %s images</figcaption></figure>"
                .formatted(
                    last.sizeAttributes(SamplesSection.ROOM),
                    last.dataAddress(),
                    Markup.escape(run.method()),
                    Markup.escape(run.name()),
                    Figures.of(last.images())));
      }
    }
    return html.append("</div>").toString();
  }
}

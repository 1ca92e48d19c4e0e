package retort.trainer.report;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import retort.trainer.report.Chart.Curve;
import retort.trainer.report.Chart.Level;
import retort.trainer.report.Chart.Reading;

/** Curves of several runs in one chart: a colour a row, a line a seed, baselines across. */
final class ComparisonCharts {
  private static final int POINTS = 300;
  private static final int WIDTH = 560;
  private static final int HEIGHT = 330;
  private static final int HEADING = 28;

  /** A baseline this many times above or below all curves would press them flat. */
  private static final double FAR = 4;

  private final Comparison comparison;

  ComparisonCharts(Comparison comparison) {
    this.comparison = comparison;
  }

  /** The measures that were measured along the runs. */
  List<Measure> measures() {
    return List.of(Measure.values()).stream()
        .filter(measure -> measure.judges() && !curves(measure).isEmpty())
        .toList();
  }

  private List<Curve> curves(Measure measure) {
    List<Curve> curves = new ArrayList<>();
    for (int i = 0; i < comparison.rows().size(); i++) {
      Comparison.Row row = comparison.rows().get(i);
      for (Comparison.Member member : row.members()) {
        Optional<Series> series =
            member
                .run()
                .map(run -> run.statistics().series(measure.key()))
                .filter(one -> !one.isEmpty());
        if (series.isPresent()) {
          curves.add(
              new Curve(row.name(), i, series.get().thinned(POINTS), Measure.Better.NEITHER));
        }
      }
    }
    return curves;
  }

  /** The baselines, but for those so far off the curves that these would be pressed flat. */
  private List<Level> levels(Measure measure, List<Curve> curves) {
    DoubleSummaryStatistics drawn =
        curves.stream()
            .flatMap(curve -> curve.series().points().stream())
            .filter(Series.Point::isFinite)
            .mapToDouble(Series.Point::value)
            .summaryStatistics();
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < comparison.rows().size(); i++) {
      Comparison.Row row = comparison.rows().get(i);
      int colour = i;
      if (row.isBaseline()) {
        row.spread(measure)
            .filter(spread -> isNear(spread.mean(), drawn.getMin(), drawn.getMax()))
            .ifPresent(spread -> levels.add(new Level(row.name(), colour, spread.mean())));
      }
    }
    return levels;
  }

  private static boolean isNear(double value, double lowest, double highest) {
    if (Math.min(value, lowest) > 0) {
      return lowest / FAR <= value && value <= highest * FAR;
    }
    double range = highest - lowest;
    return lowest - range <= value && value <= highest + range;
  }

  /** The chart of a measure that runs {@link #measures have}. */
  String svg(Measure measure, Reading reading) {
    List<Curve> curves = curves(measure);
    return new Chart(curves, levels(measure, curves), reading, WIDTH, HEIGHT).svg(measure.title());
  }

  /** The same charts as a drawing of its own, for documents: over images, and over time. */
  String drawing() {
    List<Measure> measures = measures();
    int row = HEIGHT + HEADING;
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">"
            .formatted(
                2 * WIDTH, row * measures.size(), 2 * WIDTH, Math.max(1, row * measures.size())));
    svg.append("<style>").append(Markup.resource("chart.css")).append("</style>");
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"var(--paper)\"/>");
    for (int i = 0; i < measures.size(); i++) {
      for (Reading reading : Reading.values()) {
        int x = reading == Reading.IMAGES ? 0 : WIDTH;
        String over = reading == Reading.IMAGES ? "images shown" : "time in steps";
        svg.append(
            "<text class=\"caption\" x=\"%d\" y=\"%d\">%s over %s</text><g transform=\"translate(%d,%d)\">%s</g>"
                .formatted(
                    x + 10,
                    i * row + 18,
                    measures.get(i).title(),
                    over,
                    x,
                    i * row + HEADING,
                    svg(measures.get(i), reading)));
      }
    }
    return svg.append("</svg>\n").toString();
  }
}

package retort.trainer.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import retort.trainer.report.Chart.Curve;
import retort.trainer.report.Chart.Reading;
import retort.trainer.report.Measure.Better;

/** The curves of a run: small charts of one size, in groups. */
final class CurvesSection {
  /** Points a curve keeps, more than its chart has pixels. */
  static final int POINTS = 1000;

  private static final int WIDTH = 360;
  private static final int HEIGHT = 190;
  private static final String LOSS = "loss";
  private static final String NORM = "gradient_norm";

  /** Signals that a run gives beside its losses, and what they are. */
  private static final Map<String, String> SIGNALS =
      Map.of(
          "score_gap", "how far teacher and fake score disagree",
          "image_change", "grey levels the fixed images moved, per 1,000 images shown",
          "image_spread", "1 as among reference samples, 0 when all are alike",
          "image_noise", "0 like the reference samples, 1 white noise",
          "image_overflow", "share of values far outside the range");

  /** What stands beside what, in this order. */
  private enum Group {
    MEASURED,
    SIGNALS,
    LOSSES,
    NORMS,
    SPEED,
    OTHER
  }

  private final RunStatistics statistics;
  private final Map<Group, StringBuilder> panels = new EnumMap<>(Group.class);

  private CurvesSection(RunStatistics statistics) {
    this.statistics = statistics;
  }

  /** The section's HTML. */
  static String of(RunStatistics statistics) {
    CurvesSection section = new CurvesSection(statistics);
    section.sort();
    StringBuilder html = new StringBuilder("<h2>Curves</h2>");
    html.append("<p class=\"reading\">Over <label for=\"read-images\">images shown</label>");
    html.append("<label for=\"read-time\">time in steps</label></p>");
    if (section.panels.isEmpty()) {
      return "<h2>Curves</h2><p>Nothing was recorded yet.</p>";
    }
    html.append("<div class=\"panels\">");
    section.panels.values().forEach(html::append);
    return html.append("</div>").toString();
  }

  private void sort() {
    for (Measure measure : Measure.values()) {
      if (measure == Measure.RECALL) {
        continue;
      }
      if (measure == Measure.PRECISION) {
        both();
      } else if (measure.judges()) {
        add(Group.MEASURED, measure.title(), best(measure), measure.key(), measure.better());
      }
    }
    for (String name : statistics.names()) {
      if (belongsToMeasure(name)) {
        continue;
      }
      if (SIGNALS.containsKey(name)) {
        add(Group.SIGNALS, words(name), SIGNALS.get(name), name, Better.NEITHER);
      } else if (name.startsWith(LOSS)) {
        add(Group.LOSSES, part("Loss", name, LOSS), "", name, Better.NEITHER);
      } else if (name.startsWith(NORM)) {
        add(Group.NORMS, part("Gradient norm", name, NORM), "", name, Better.NEITHER);
      } else if (name.equals("wait_share")) {
        addUnlessZero(Group.SPEED, "Waiting for data", "share of the time", name);
      } else if (name.equals("nonfinite_steps")) {
        addUnlessZero(Group.SPEED, "Steps with non-finite gradients", "in each line", name);
      } else {
        add(Group.OTHER, words(name), "", name, Better.NEITHER);
      }
    }
    Series rate = statistics.rate().thinned(POINTS);
    if (!rate.isEmpty()) {
      List<Curve> curves = List.of(new Curve("", 0, rate, Better.NEITHER));
      add(Group.SPEED, panel("Images a second", "of the time in steps", curves));
    }
  }

  /** A measure, or how one was taken: kernel_distance and kernel_distance_subset. */
  private static boolean belongsToMeasure(String name) {
    return Arrays.stream(Measure.values())
        .filter(Measure::judges)
        .anyMatch(measure -> (name + "_").startsWith(measure.key() + "_"));
  }

  /** Precision and recall, which trade with each other, share a chart. */
  private void both() {
    List<Curve> curves = new ArrayList<>();
    for (Measure measure : List.of(Measure.PRECISION, Measure.RECALL)) {
      Series series = statistics.series(measure.key()).thinned(POINTS);
      if (!series.isEmpty()) {
        String name = measure == Measure.PRECISION ? "precision" : "recall";
        curves.add(new Curve(name, curves.size(), series, Better.NEITHER));
      }
    }
    if (!curves.isEmpty()) {
      add(Group.MEASURED, panel("Precision and recall", "higher is better", curves));
    }
  }

  private String best(Measure measure) {
    boolean lower = measure.better() == Better.LOWER;
    Optional<Series.Point> best = statistics.series(measure.key()).best(lower);
    return (lower ? "lower is better" : "higher is better")
        + best.map(
                point ->
                    "; best %s at %s images"
                        .formatted(Figures.of(point.value()), Figures.of(point.images())))
            .orElse("");
  }

  private void addUnlessZero(Group group, String title, String note, String name) {
    if (statistics.series(name).points().stream().anyMatch(point -> point.value() != 0)) {
      add(group, title, note, name, Better.NEITHER);
    }
  }

  private void add(Group group, String title, String note, String name, Better better) {
    Series series = statistics.series(name).thinned(POINTS);
    if (!series.isEmpty()) {
      add(group, panel(title, note, List.of(new Curve("", 0, series, better))));
    }
  }

  private void add(Group group, String panel) {
    panels.computeIfAbsent(group, key -> new StringBuilder()).append(panel);
  }

  private static String panel(String title, String note, List<Curve> curves) {
    StringBuilder html = new StringBuilder();
    html.append(
        "<figure class=\"panel\"><figcaption><b>%s</b><span>%s</span></figcaption>"
            .formatted(Markup.escape(title), Markup.escape(note)));
    for (Reading reading : Reading.values()) {
      html.append("<div class=\"%s\">".formatted(reading.style()))
          .append(new Chart(curves, List.of(), reading, WIDTH, HEIGHT).svg(title))
          .append("</div>");
    }
    return html.append("</figure>").toString();
  }

  /** What a number belongs to: the rest of its name, after what it is. */
  private static String part(String what, String name, String prefix) {
    String rest = name.substring(prefix.length()).replace('_', ' ').strip();
    return rest.isEmpty() ? what : what + ", " + rest;
  }

  /** A name in files as words. */
  private static String words(String name) {
    String words = name.replace('_', ' ').strip();
    return words.isEmpty()
        ? name
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}

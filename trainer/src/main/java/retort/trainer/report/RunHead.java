package retort.trainer.report;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.trainer.report.Series.Point;

/** What stands above everything else on a run's page: where it is, how fast, and how good. */
final class RunHead {
  /** Lines over which the rate is taken. */
  private static final int RECENT = 10;

  /** A run may be silent so long whatever its rate: it measures, and that is not step time. */
  private static final double LEAST_SILENCE_SECONDS = 300;

  private static final int GAPS_OF_SILENCE = 5;

  private final Run run;
  private final Instant now;
  private final StringBuilder facts = new StringBuilder();

  RunHead(Run run, Instant now) {
    this.run = run;
    this.now = now;
  }

  /** The section's HTML. */
  String html() {
    long images = run.statistics().last().map(RunStatistics.Line::images).orElse(0L);
    double seconds = run.statistics().last().map(RunStatistics.Line::seconds).orElse(0.0);
    OptionalDouble rate = rate();
    boolean running = run.state() == Run.State.RUNNING;
    fact("images shown", Figures.of(images) + (running ? of(run.target("total_images")) : ""));
    fact("time in steps", Figures.duration(seconds));
    rate.ifPresent(value -> fact("images a second", Figures.of(value)));
    OptionalDouble left = left(images, seconds, rate);
    if (running && left.isPresent()) {
      fact("left", Figures.duration(left.getAsDouble()));
    }
    Series distance = run.frechetDistance();
    distance
        .best(true)
        .ifPresent(
            best ->
                fact(
                    "best Frechet distance",
                    Figures.of(best.value())
                        + note("at " + Figures.of(best.images()) + " images")));
    distance
        .last()
        .filter(last -> distance.best(true).filter(last::equals).isEmpty())
        .ifPresent(last -> fact("last Frechet distance", Figures.of(last.value())));
    return "<h1>%s <span class=\"state %s\">%s</span></h1><p class=\"about\">%s</p>%s<dl class=\"head\">%s</dl>%s"
        .formatted(
            Markup.escape(run.name()),
            run.state(),
            run.state(),
            about(),
            bar(images, seconds),
            facts,
            run.evaluation().map(RunHead::evaluation).orElse("") + asOf());
  }

  private void fact(String name, String html) {
    facts.append("<div><dt>%s</dt><dd>%s</dd></div>".formatted(name, html));
  }

  private static String note(String text) {
    return " <small>" + text + "</small>";
  }

  private static String of(OptionalDouble target) {
    return target.isPresent() ? note("of " + Figures.of(target.getAsDouble())) : "";
  }

  private String about() {
    return Stream.of("command", "method", "batch", "seed")
        .filter(run.options()::containsKey)
        .map(name -> (name.equals("command") ? "" : name + " ") + run.options().get(name))
        .map(Markup::escape)
        .collect(Collectors.joining(" · "));
  }

  /** The share of the run that is done, where its end is known. */
  private String bar(long images, double seconds) {
    if (run.state() != Run.State.RUNNING) {
      return "";
    }
    double share =
        Math.max(
            images / run.target("total_images").orElse(Double.POSITIVE_INFINITY),
            seconds / run.target("max_seconds").orElse(Double.POSITIVE_INFINITY));
    return String.format(
        Locale.ROOT,
        "<div class=\"bar\"><div style=\"width:%.1f%%\"></div></div>",
        100 * Math.min(1, share));
  }

  private static String evaluation(Evaluation evaluation) {
    return "<p>Evaluated afterwards (%s): %s.</p>"
        .formatted(
            Markup.escape(evaluation.source()),
            Stream.of(Measure.values())
                .filter(evaluation.figures()::containsKey)
                .map(
                    measure ->
                        measure.title().toLowerCase(Locale.ROOT)
                            + " "
                            + measure.text(evaluation.figures().getOrDefault(measure, Double.NaN)))
                .collect(Collectors.joining(", ")));
  }

  private String asOf() {
    return "<p class=\"as-of\">As of %s, last line of statistics %s.</p>"
        .formatted(RunPage.moment(now), lastLine(run));
  }

  /** When a run was last heard of; a script counts on from there. */
  static String lastLine(Run run) {
    return run.lastLine()
        .map(
            time ->
                "<span data-since=\"%d\" data-silence=\"%.0f\">%s</span>"
                    .formatted(
                        time.toEpochMilli(),
                        run.state() == Run.State.RUNNING ? silence(run) : 0,
                        RunPage.moment(time)))
        .orElse("–");
  }

  /** Seconds without a line after which a run is called silent. */
  private static double silence(Run run) {
    double longest = 0;
    double before = 0;
    for (RunStatistics.Line line : run.statistics().lines()) {
      longest = Math.max(longest, line.seconds() - before);
      before = line.seconds();
    }
    return Math.max(LEAST_SILENCE_SECONDS, GAPS_OF_SILENCE * longest);
  }

  private OptionalDouble rate() {
    List<Point> all = run.statistics().rate().points();
    if (all.isEmpty()) {
      return OptionalDouble.empty();
    }
    Point last = all.get(all.size() - 1);
    Point before = all.size() > RECENT ? all.get(all.size() - 1 - RECENT) : new Point(0, 0, 0);
    return OptionalDouble.of(
        (last.images() - before.images()) / (last.seconds() - before.seconds()));
  }

  private OptionalDouble left(long images, double seconds, OptionalDouble rate) {
    OptionalDouble total = run.target("total_images");
    OptionalDouble most = run.target("max_seconds");
    if (rate.isEmpty() || (total.isEmpty() && most.isEmpty())) {
      return OptionalDouble.empty();
    }
    double shown = (total.orElse(Double.POSITIVE_INFINITY) - images) / rate.getAsDouble();
    double left = Math.min(shown, most.orElse(Double.POSITIVE_INFINITY) - seconds);
    return OptionalDouble.of(Math.max(0, left));
  }
}

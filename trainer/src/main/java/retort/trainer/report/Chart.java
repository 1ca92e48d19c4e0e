package retort.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import retort.trainer.report.Series.Point;

/**
 * Curves in one frame, as an SVG element. Curves are named at their ends and not in a legend; what
 * a script needs to tell the numbers under a pointer stands in attributes of each path.
 *
 * @param curves at least one of them with a number; curves of one name are named once
 * @param levels values to compare with
 * @param reading what is read along the horizontal axis
 * @param width in pixels, of the drawing's own
 * @param height in pixels
 */
record Chart(List<Curve> curves, List<Level> levels, Reading reading, int width, int height) {
  /** What is read along the horizontal axis. */
  enum Reading {
    IMAGES("by-images"),
    TIME("by-time");

    private final String style;

    Reading(String style) {
      this.style = style;
    }

    /** The style class of what is shown for this reading alone. */
    String style() {
      return style;
    }
  }

  /**
   * One curve.
   *
   * @param name stands at its end; empty for the only curve
   * @param colour number of its colour
   * @param series its points, {@link Series#thinned thinned} to what is worth drawing
   * @param better which of its points to mark
   */
  record Curve(String name, int colour, Series series, Measure.Better better) {}

  /**
   * A horizontal line.
   *
   * @param name stands at its end
   * @param colour number of its colour
   * @param value where it stands
   */
  record Level(String name, int colour, double value) {}

  static final int COLOURS = 8;
  private static final int TOP = 10;
  private static final int BOTTOM = 22;
  private static final int LEFT = 46;
  private static final int LEAST_RIGHT = 58;
  private static final int VERTICAL_TICKS = 5;
  private static final int PIXELS_A_TICK = 56;
  private static final double PIXELS_A_LETTER = 6.9;

  Chart {
    curves = List.copyOf(curves);
    levels = List.copyOf(levels);
  }

  /** The element, with what describes it to those who do not see it. */
  String svg(String title) {
    Scale x = horizontal();
    Scale y = vertical();
    Labels labels = labels(y);
    double right = width - Math.max(LEAST_RIGHT, 12 + PIXELS_A_LETTER * labels.longest());
    Frame frame = new Frame(x, y, LEFT, right, height - BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(
                width, height, width, height, Markup.escape(title + ": " + labels.summary())));
    grid(svg, frame);
    for (Level level : levels) {
      svg.append(
          "<path class=\"level c%d\" d=\"M%s %sH%s\"/>"
              .formatted(
                  level.colour() % COLOURS,
                  place(frame.left()),
                  place(frame.y(level.value())),
                  place(frame.right())));
    }
    for (Curve curve : curves) {
      draw(svg, frame, curve);
    }
    labels.draw(svg, right + 8, TOP + 4, height - BOTTOM + 4.0);
    return svg.append("</svg>").toString();
  }

  private double along(Point point) {
    return reading == Reading.IMAGES ? point.images() : point.seconds();
  }

  private Stream<Point> points() {
    return curves.stream().flatMap(curve -> curve.series().points().stream());
  }

  private Scale horizontal() {
    double high = points().mapToDouble(this::along).max().orElse(0);
    return Scale.fromZero(high, reading == Reading.TIME ? Scale.Kind.SECONDS : Scale.Kind.LINEAR);
  }

  private Scale vertical() {
    DoubleStream drawn = points().filter(Point::isFinite).mapToDouble(Point::value);
    DoubleStream compared = levels.stream().mapToDouble(Level::value);
    return Scale.over(DoubleStream.concat(drawn, compared).toArray(), VERTICAL_TICKS);
  }

  private Labels labels(Scale y) {
    Labels labels = new Labels();
    for (Curve curve : curves) {
      curve
          .series()
          .last()
          .ifPresent(
              last ->
                  labels.add(
                      y.at(last.value(), height - BOTTOM, TOP),
                      curve.name(),
                      last.value(),
                      curve.colour() % COLOURS));
    }
    for (Level level : levels) {
      labels.add(
          y.at(level.value(), height - BOTTOM, TOP),
          level.name(),
          level.value(),
          level.colour() % COLOURS);
    }
    return labels;
  }

  private void grid(StringBuilder svg, Frame frame) {
    for (double tick : frame.vertical().ticks(VERTICAL_TICKS + 2)) {
      String at = place(frame.y(tick));
      svg.append(
          "<path class=\"rule\" d=\"M%s %sH%s\"/>"
              .formatted(place(frame.left()), at, place(frame.right())));
      svg.append(
          "<text class=\"tick\" x=\"%s\" y=\"%s\" text-anchor=\"end\">%s</text>"
              .formatted(
                  place(frame.left() - 6), place(frame.y(tick) + 3.5), Figures.compact(tick)));
    }
    List<Double> ticks =
        frame.horizontal().ticks(Math.max(2, (int) (frame.right() - frame.left()) / PIXELS_A_TICK));
    double step = ticks.size() > 1 ? ticks.get(1) - ticks.get(0) : 0;
    for (double tick : ticks) {
      String text = reading == Reading.TIME ? clock(tick, step) : Figures.compact(tick);
      svg.append(
          "<path class=\"rule\" d=\"M%s %sv4\"/>"
              .formatted(place(frame.x(tick)), place(frame.bottom())));
      svg.append(
          "<text class=\"tick\" x=\"%s\" y=\"%s\" text-anchor=\"middle\">%s</text>"
              .formatted(place(frame.x(tick)), place(frame.bottom() + 16), text));
    }
    svg.append(
        "<path class=\"axis\" d=\"M%s %sH%s\"/>"
            .formatted(place(frame.left()), place(frame.bottom()), place(frame.right())));
  }

  /** A round time in the unit in which its axis counts. */
  private static String clock(double seconds, double step) {
    double[] units = {86400, 3600, 60};
    String[] names = {" d", " h", " min"};
    for (int i = 0; i < units.length; i++) {
      if (step >= units[i] && step % units[i] == 0) {
        return Figures.of(seconds / units[i]) + names[i];
      }
    }
    return Figures.of(seconds) + " s";
  }

  private void draw(StringBuilder svg, Frame frame, Curve curve) {
    StringBuilder path = new StringBuilder();
    List<String> images = new ArrayList<>();
    List<String> times = new ArrayList<>();
    List<String> values = new ArrayList<>();
    boolean broken = true;
    for (Point point : curve.series().points()) {
      if (!point.isFinite()) {
        broken = true;
        continue;
      }
      path.append(broken ? 'M' : 'L')
          .append(place(frame.x(along(point))))
          .append(' ')
          .append(place(frame.y(point.value())));
      broken = false;
      images.add(Figures.of(point.images()));
      times.add(Figures.duration(point.seconds()));
      values.add(Figures.of(point.value()));
    }
    int colour = curve.colour() % COLOURS;
    svg.append(
        "<path class=\"curve c%d%s\" d=\"%s\" data-name=\"%s\" data-images=\"%s\" data-times=\"%s\" data-values=\"%s\"/>"
            .formatted(
                colour,
                curve.colour() < COLOURS ? "" : " dashed",
                path,
                Markup.escape(curve.name()),
                String.join(" ", images),
                String.join(" ", times),
                String.join(" ", values)));
    Optional<Point> marked =
        curve.better() == Measure.Better.NEITHER
            ? curve.series().last()
            : curve.series().best(curve.better() == Measure.Better.LOWER);
    marked.ifPresent(
        point ->
            svg.append(
                "<circle class=\"%s c%d\" cx=\"%s\" cy=\"%s\" r=\"%s\"><title>%s</title></circle>"
                    .formatted(
                        curve.better() == Measure.Better.NEITHER ? "last" : "best",
                        colour,
                        place(frame.x(along(point))),
                        place(frame.y(point.value())),
                        curve.better() == Measure.Better.NEITHER ? "2" : "3.5",
                        "%s at %s images, %s"
                            .formatted(
                                Figures.of(point.value()),
                                Figures.of(point.images()),
                                Figures.duration(point.seconds())))));
  }

  /** A coordinate, in tenths of a pixel. */
  static String place(double pixels) {
    long tenths = Math.round(pixels * 10);
    return tenths % 10 == 0
        ? Long.toString(tenths / 10)
        : (tenths < 0 ? "-" : "") + Math.abs(tenths) / 10 + "." + Math.abs(tenths) % 10;
  }

  /** The rectangle in which curves are drawn, and what its sides stand for. */
  private record Frame(
      Scale horizontal, Scale vertical, double left, double right, double bottom, double top) {
    double x(double value) {
      return horizontal.at(value, left, right);
    }

    double y(double value) {
      return vertical.at(value, bottom, top);
    }
  }
}

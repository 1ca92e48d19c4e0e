package retort.trainer.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Names and last values at the ends of curves, moved apart where they would overlap. */
final class Labels {
  private static final double LINE = 12;

  /** Of a name; a table beside the chart has all of it. */
  private static final int MOST_LETTERS = 24;

  private record Label(double y, String name, double value, int colour) {
    String text() {
      String shown = name.length() > MOST_LETTERS ? name.substring(0, MOST_LETTERS) + "…" : name;
      return (shown + " " + Figures.of(value)).strip();
    }
  }

  private final List<Label> labels = new ArrayList<>();

  /** Adds one, unless its name stands there already. */
  void add(double y, String name, double value, int colour) {
    if (labels.stream().noneMatch(label -> label.name().equals(name))) {
      labels.add(new Label(y, name, value, colour));
    }
  }

  /** Letters of the longest. */
  int longest() {
    return labels.stream().mapToInt(label -> label.text().length()).max().orElse(0);
  }

  /** All of them in words. */
  String summary() {
    return labels.stream().map(Label::text).collect(Collectors.joining(", "));
  }

  /** Draws them from a height on the page to another, a line apart at least. */
  void draw(StringBuilder svg, double x, double top, double bottom) {
    labels.sort(Comparator.comparingDouble(Label::y));
    double[] heights = new double[labels.size()];
    double least = top;
    for (int i = 0; i < heights.length; i++) {
      heights[i] = Math.max(least, labels.get(i).y() + 3.5);
      least = heights[i] + LINE;
    }
    double most = bottom;
    for (int i = heights.length - 1; i >= 0; i--) {
      heights[i] = Math.min(most, heights[i]);
      most = heights[i] - LINE;
    }
    for (int i = 0; i < heights.length; i++) {
      svg.append(
          "<text class=\"label c%d\" x=\"%s\" y=\"%s\">%s</text>"
              .formatted(
                  labels.get(i).colour(),
                  Chart.place(x),
                  Chart.place(heights[i]),
                  Markup.escape(labels.get(i).text())));
    }
  }
}

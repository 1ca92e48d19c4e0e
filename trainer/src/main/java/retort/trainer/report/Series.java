package retort.trainer.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A number of a run, as it went.
 *
 * @param points in the order in which they were recorded
 * @param comparedAfter images after which points are compared for the best: those before are of
 *     networks of more steps
 */
record Series(List<Point> points, long comparedAfter) {
  private static final double MOST = 1e150;

  /**
   * A number at a moment.
   *
   * @param images images shown by then
   * @param seconds time spent in steps by then
   * @param value may be NaN or infinite, as a broken loss is
   */
  record Point(long images, double seconds, double value) {
    /** Whether it can be drawn: it is a number, and no overflow in the making. */
    boolean isFinite() {
      return Math.abs(value) < MOST;
    }
  }

  Series {
    points = List.copyOf(points);
  }

  /** Points that can all be compared. */
  Series(List<Point> points) {
    this(points, -1);
  }

  /** Whether there is nothing to draw. */
  boolean isEmpty() {
    return points.stream().noneMatch(Point::isFinite);
  }

  /** The newest number. */
  Optional<Point> last() {
    return points.stream().filter(Point::isFinite).reduce((first, second) -> second);
  }

  /** The best number, the earliest of equals. */
  Optional<Point> best(boolean lowerIsBetter) {
    Comparator<Point> byValue = Comparator.comparingDouble(Point::value);
    return points.stream()
        .filter(point -> point.isFinite() && point.images() > comparedAfter)
        .min(lowerIsBetter ? byValue : byValue.reversed());
  }

  /**
   * At most so many of the points, for a drawing that shows no more: the first, the last, and of
   * each stretch between them the lowest and the highest, so that no peak is lost.
   *
   * @param most at least 4
   */
  Series thinned(int most) {
    if (points.size() <= most) {
      return this;
    }
    int stretches = (most - 2) / 2;
    int inner = points.size() - 2;
    List<Point> kept = new ArrayList<>(most);
    kept.add(points.get(0));
    for (int i = 0; i < stretches; i++) {
      int from = 1 + (int) ((long) inner * i / stretches);
      int to = 1 + (int) ((long) inner * (i + 1) / stretches);
      int lowest = from;
      int highest = from;
      for (int j = from + 1; j < to; j++) {
        lowest = points.get(j).value() < points.get(lowest).value() ? j : lowest;
        highest = points.get(j).value() > points.get(highest).value() ? j : highest;
      }
      kept.add(points.get(Math.min(lowest, highest)));
      if (lowest != highest) {
        kept.add(points.get(Math.max(lowest, highest)));
      }
    }
    kept.add(points.get(points.size() - 1));
    return new Series(kept, comparedAfter);
  }
}

package retort.trainer.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.DoublePredicate;

/** The values of one statistic: the latest, and what the ones before came to. */
final class Series {
  private static final int LATEST = 3;

  /** The latest values, and as many before. */
  private final Deque<Double> window = new ArrayDeque<>();

  private int earlier;
  private double lowest = Double.POSITIVE_INFINITY;
  private double sumOfLogs;
  private double lowestMean = Double.POSITIVE_INFINITY;

  void add(double value) {
    window.addLast(value);
    if (window.size() > 2 * LATEST) {
      window.removeFirst();
    }
    if (window.size() > LATEST) {
      double left = at(window.size() - LATEST - 1);
      earlier++;
      lowest = Math.min(lowest, left);
      sumOfLogs += Math.log(Math.max(Double.MIN_NORMAL, left));
    }
    if (window.size() == 2 * LATEST) {
      lowestMean = Math.min(lowestMean, mean(0));
    }
  }

  private double at(int index) {
    Iterator<Double> values = window.iterator();
    for (int i = 0; i < index; i++) {
      values.next();
    }
    return values.next();
  }

  private double mean(int from) {
    double sum = 0;
    for (int i = from; i < from + LATEST; i++) {
      sum += at(i);
    }
    return sum / LATEST;
  }

  /** The last value; not a number where there is none. */
  double last() {
    return window.isEmpty() ? Double.NaN : window.getLast();
  }

  /** Whether there are so many values, at most six, and the latest of them are all such. */
  boolean lately(int count, DoublePredicate such) {
    if (window.size() < count) {
      return false;
    }
    return window.stream().skip(window.size() - count).allMatch(such::test);
  }

  /** How many values came before the latest three. */
  int earlier() {
    return earlier;
  }

  /** The lowest of those. */
  double lowest() {
    return lowest;
  }

  /** Their geometric mean. */
  double usual() {
    return earlier == 0 ? Double.NaN : Math.exp(sumOfLogs / earlier);
  }

  /** The mean of the latest three over the lowest such mean before; not a number without one. */
  double rise() {
    return lowestMean < Double.POSITIVE_INFINITY ? mean(LATEST) / lowestMean : Double.NaN;
  }
}

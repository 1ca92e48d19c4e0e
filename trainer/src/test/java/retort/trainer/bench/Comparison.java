package retort.trainer.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Steps of both sides, taken in turn: block {@code i} of ours and block {@code i} of theirs ran one
 * after the other, so whatever slows the machine for a while slows both.
 *
 * @param ours our blocks
 * @param theirs the peer's blocks
 */
record Comparison(List<Contender.Block> ours, List<Contender.Block> theirs) {
  /** Takes {@code warmUp} steps of each side, then pairs of blocks. */
  static Comparison of(Contender ours, Contender theirs, int warmUp, int pairs, int steps) {
    ours.steps(warmUp);
    theirs.steps(warmUp);
    List<Contender.Block> first = new ArrayList<>();
    List<Contender.Block> second = new ArrayList<>();
    for (int pair = 0; pair < pairs; pair++) {
      first.add(ours.steps(steps));
      second.add(theirs.steps(steps));
    }
    return new Comparison(first, second);
  }

  /**
   * One quantity of both sides.
   *
   * @param ours median over our steps, in seconds
   * @param theirs median over theirs
   * @param ratio median over pairs of the quotient of their blocks' medians
   * @param lowest the lowest of these quotients
   * @param highest the highest
   */
  record Quantity(double ours, double theirs, double ratio, double lowest, double highest) {
    /** The ratio with its range, for a table. */
    String ratioText() {
      return String.format(Locale.ROOT, "%.3f (%.3f–%.3f)", ratio, lowest, highest);
    }
  }

  /** Time that passed. */
  Quantity wall() {
    return quantity(Contender.Block::wall);
  }

  /** Time that processors worked. */
  Quantity cpu() {
    return quantity(Contender.Block::cpu);
  }

  private Quantity quantity(Function<Contender.Block, List<Double>> seconds) {
    List<Double> quotients = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      quotients.add(median(seconds.apply(ours.get(i))) / median(seconds.apply(theirs.get(i))));
    }
    return new Quantity(
        median(all(ours, seconds)),
        median(all(theirs, seconds)),
        median(quotients),
        Collections.min(quotients),
        Collections.max(quotients));
  }

  private static List<Double> all(
      List<Contender.Block> blocks, Function<Contender.Block, List<Double>> seconds) {
    return blocks.stream().map(seconds).flatMap(List::stream).toList();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** Largest resident memory of a side, in MiB. */
  static double peakMib(List<Contender.Block> blocks) {
    return blocks.get(blocks.size() - 1).peakMib();
  }
}

package retort.trainer.report;

import java.util.List;

/**
 * A number over several seeds.
 *
 * @param mean their mean
 * @param deviation their sample standard deviation, with n - 1; NaN of a single one
 * @param count how many there are, one at least
 */
record Spread(double mean, double deviation, int count) {
  static Spread of(List<Double> values) {
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    int count = values.size();
    double deviation = count > 1 ? Math.sqrt(squares / (count - 1)) : Double.NaN;
    return new Spread(mean, deviation, count);
  }
}

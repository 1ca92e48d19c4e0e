package retort.trainer.mixture;

import java.util.List;

/**
 * A mixture of Gaussians in the plane.
 *
 * @param components whose weights sum to 1
 */
record GaussianMixture(List<Component> components) {
  /**
   * The mixture of {@code examples/gaussian-mixture}: unequal weights, long components that lie
   * askew, two means about four deviations apart. Almost all of it lies within [-1, 1].
   */
  static final GaussianMixture EXAMPLE =
      new GaussianMixture(
          List.of(
              new Component(0.5, -0.34, -0.18, 0.22, 0.13, 60),
              new Component(0.3, 0.36, -0.20, 0.20, 0.14, -30),
              new Component(0.2, 0.10, 0.38, 0.18, 0.10, 15)));

  private static final double GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

  GaussianMixture {
    components = List.copyOf(components);
    double sum = components.stream().mapToDouble(Component::weight).sum();
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("the weights sum to " + sum + " but should to 1");
    }
  }

  /**
   * One Gaussian, by the axes of its ellipse.
   *
   * @param weight share of the mixture
   * @param x its mean
   * @param y its mean
   * @param major deviation along the first axis
   * @param minor deviation along the second
   * @param degrees angle from the x axis to the first
   */
  record Component(double weight, double x, double y, double major, double minor, double degrees) {

    Component {
      if (!(weight > 0 && weight <= 1 && major > 0 && minor > 0)) {
        throw new IllegalArgumentException(
            "a component has the weight "
                + weight
                + " and the deviations "
                + major
                + " and "
                + minor
                + "; each should be positive, and the weight at most 1");
      }
    }

    double cos() {
      return StrictMath.cos(Math.toRadians(degrees));
    }

    double sin() {
      return StrictMath.sin(Math.toRadians(degrees));
    }

    /** Where the point {@code (u, v)} of the axes, counted from the mean, is in the plane. */
    Point at(double u, double v) {
      return new Point(x + u * cos() - v * sin(), y + u * sin() + v * cos());
    }

    Moment moment() {
      double a = major * major;
      double b = minor * minor;
      return new Moment(
          weight,
          new Point(x, y),
          a * cos() * cos() + b * sin() * sin(),
          (a - b) * sin() * cos(),
          a * sin() * sin() + b * cos() * cos());
    }

    /** {@code ln (weight N(point; mean, covariance))}, without the constant. */
    private double logDensity(Point point) {
      double dx = point.x() - x;
      double dy = point.y() - y;
      double u = (dx * cos() + dy * sin()) / major;
      double v = (dy * cos() - dx * sin()) / minor;
      return Math.log(weight / (major * minor)) - (u * u + v * v) / 2;
    }
  }

  /** A point of the plane. */
  record Point(double x, double y) {}

  /** Share, mean and covariance of a component. */
  record Moment(double weight, Point mean, double xx, double xy, double yy) {}

  /** The same mixture after noise: every covariance grows by {@code sigma^2}. */
  GaussianMixture noisy(double sigma) {
    return new GaussianMixture(
        components.stream()
            .map(
                c ->
                    new Component(
                        c.weight,
                        c.x,
                        c.y,
                        Math.hypot(c.major, sigma),
                        Math.hypot(c.minor, sigma),
                        c.degrees))
            .toList());
  }

  /** The logarithm of the density at a point, up to a constant. */
  double logDensity(Point point) {
    double[] logs = components.stream().mapToDouble(c -> c.logDensity(point)).toArray();
    double largest = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      largest = Math.max(largest, log);
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    return largest + Math.log(sum);
  }

  /** The probability of each component, given the point that was drawn. */
  double[] responsibilities(Point point) {
    double total = logDensity(point);
    return components.stream().mapToDouble(c -> Math.exp(c.logDensity(point) - total)).toArray();
  }

  /** The standard deviation of a coordinate, over both. */
  double deviation() {
    double x = 0;
    double y = 0;
    double square = 0;
    for (Component c : components) {
      Moment moment = c.moment();
      x += c.weight * c.x;
      y += c.weight * c.y;
      square += c.weight * (c.x * c.x + c.y * c.y + moment.xx + moment.yy);
    }
    return Math.sqrt((square - x * x - y * y) / 2);
  }

  /** The distance between the two nearest means. */
  double spacing() {
    double nearest = Double.POSITIVE_INFINITY;
    for (Component a : components) {
      for (Component b : components) {
        if (!a.equals(b)) {
          nearest = Math.min(nearest, Math.hypot(a.x - b.x, a.y - b.y));
        }
      }
    }
    return nearest;
  }

  /**
   * Points of the mixture, spread as evenly as seeds in a sunflower: every component has its exact
   * share, the radii are quantiles and each angle is a golden section on from the last. So their
   * moments are much closer to the mixture's than those of as many random points.
   *
   * @return {@code [count, 2]}, component by component
   */
  float[] points(int count) {
    float[] points = new float[2 * count];
    int next = 0;
    for (Component c : components) {
      int own = (int) Math.round(c.weight * count);
      for (int i = 0; i < own; i++) {
        double radius = Math.sqrt(-2 * StrictMath.log((i + 0.5) / own));
        double angle = i * GOLDEN_ANGLE;
        Point point =
            c.at(
                c.major * radius * StrictMath.cos(angle), c.minor * radius * StrictMath.sin(angle));
        points[next++] = (float) point.x();
        points[next++] = (float) point.y();
      }
    }
    return points;
  }
}

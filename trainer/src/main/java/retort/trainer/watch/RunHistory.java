package retort.trainer.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The statistics of a run as far as its advice needs them.
 *
 * <p>Where the number of a student's steps changes, as from round to round of Progressive
 * Distillation, what it has to do is another: everything begins anew.
 */
final class RunHistory {
  private static final String STEPS = "steps";

  private final Map<String, Series> series = new LinkedHashMap<>();
  private final Setting setting;
  private double steps;
  private double bestDistance = Double.POSITIVE_INFINITY;
  private long bestImages;

  /**
   * What does not change in a run.
   *
   * @param options by flag, without dashes
   * @param labels how many labels there are
   * @param network name of the network, such as {@code generator}
   */
  record Setting(Map<String, String> options, int labels, String network) {
    Setting {
      options = Map.copyOf(options);
    }

    /** The method of a distillation, or the command. */
    String method() {
      return options.getOrDefault("method", options.getOrDefault("command", ""));
    }

    /** A flag with the value that the run has. */
    String flag(String name) {
      String value = options.get(name);
      return "--" + name + (value == null ? "" : " (now " + value + ")");
    }
  }

  RunHistory(Setting setting) {
    this.setting = setting;
  }

  Setting setting() {
    return setting;
  }

  void add(Map<String, Double> line) {
    double now = line.getOrDefault(STEPS, steps);
    if (now != steps) {
      steps = now;
      series.clear();
      bestDistance = Double.POSITIVE_INFINITY;
    }
    line.forEach((name, value) -> series.computeIfAbsent(name, key -> new Series()).add(value));
    double distance = line.getOrDefault("frechet_distance", Double.NaN);
    if (distance < bestDistance) {
      bestDistance = distance;
      bestImages = line.getOrDefault("images", 0.0).longValue();
    }
  }

  /** A statistic, without values where it was never recorded. */
  Series of(String name) {
    return series.getOrDefault(name, new Series());
  }

  /** The statistics whose names begin so. */
  List<String> names(String prefix) {
    List<String> names = new ArrayList<>(series.keySet());
    names.removeIf(name -> !name.startsWith(prefix));
    return names;
  }

  /** Images shown when the Frechet distance was at its lowest. */
  long bestImages() {
    return bestImages;
  }
}

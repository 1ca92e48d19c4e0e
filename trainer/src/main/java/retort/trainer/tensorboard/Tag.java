package retort.trainer.tensorboard;

import java.util.Optional;

/** The name of a statistic in TensorBoard, which shows those before one slash together. */
final class Tag {
  private Tag() {}

  /**
   * The tag of a number; empty where it is no curve.
   *
   * @param name in the statistics
   * @param steps whether its line tells of steps, and not of a report
   */
  static Optional<String> of(String name, boolean steps) {
    if (name.equals("images") || (!steps && name.equals("seconds"))) {
      return Optional.empty();
    }
    return Optional.of(group(name, steps));
  }

  private static String group(String name, boolean steps) {
    if (name.startsWith("loss")) {
      return "loss/" + rest(name, "loss_");
    }
    if (name.startsWith("gradient_norm")) {
      return "gradient_norm/" + rest(name, "gradient_norm_");
    }
    if (name.equals("score_gap") || name.startsWith("image_")) {
      return "signal/" + name;
    }
    return (steps ? "progress/" : "measure/") + name;
  }

  private static String rest(String name, String prefix) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }
}

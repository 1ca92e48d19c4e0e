package retort.trainer.report;

/** What runs are judged by, as {@code stats.jsonl} and evaluations name it. */
enum Measure {
  IMAGES("images", "Images shown", Better.NEITHER),
  FRECHET_DISTANCE("frechet_distance", "Frechet distance", Better.LOWER),
  KERNEL_DISTANCE("kernel_distance", "Kernel distance", Better.LOWER),
  INCEPTION_SCORE("inception_score", "Inception score", Better.HIGHER),
  PRECISION("precision", "Precision", Better.HIGHER),
  RECALL("recall", "Recall", Better.HIGHER),
  LABEL_ACCURACY("label_accuracy", "Label accuracy", Better.HIGHER),
  SECONDS("seconds", "Time in steps", Better.NEITHER);

  /** Which of two numbers is the better one. */
  enum Better {
    LOWER,
    HIGHER,
    NEITHER
  }

  private final String key;
  private final String title;
  private final Better better;

  Measure(String key, String title, Better better) {
    this.key = key;
    this.title = title;
    this.better = better;
  }

  /** Its name in files. */
  String key() {
    return key;
  }

  /** Its name on pages. */
  String title() {
    return title;
  }

  Better better() {
    return better;
  }

  /** Whether it says how good images are, and not what they took. */
  boolean judges() {
    return better != Better.NEITHER;
  }

  /** Its number as text. */
  String text(double value) {
    return this == SECONDS ? Figures.duration(value) : Figures.of(value);
  }

  /** A mean and its spread as text; the spread is NaN where there is none. */
  String text(double mean, double deviation) {
    if (this != SECONDS) {
      return Figures.spread(mean, deviation);
    }
    return deviation > 0
        ? Figures.duration(mean) + " ± " + Figures.duration(deviation)
        : Figures.duration(mean);
  }
}

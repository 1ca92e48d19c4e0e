package retort.trainer.data;

/** Which half of a folder of IDX files is meant. */
public enum Split {
  /** The files whose names begin with {@code train}. */
  TRAIN("train"),
  /** The files whose names begin with {@code t10k}. */
  TEST("t10k");

  private final String prefix;

  Split(String prefix) {
    this.prefix = prefix;
  }

  String prefix() {
    return prefix;
  }
}

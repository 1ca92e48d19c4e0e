package retort.trainer.data;

/** Which half of a folder of IDX or CIFAR files is meant. */
public enum Split {
  /** The files whose names begin with {@code train}; {@code data_batch} or {@code train.bin}. */
  TRAIN("train"),
  /** The files whose names begin with {@code t10k}; {@code test_batch.bin} or {@code test.bin}. */
  TEST("t10k");

  private final String prefix;

  Split(String prefix) {
    this.prefix = prefix;
  }

  String prefix() {
    return prefix;
  }
}

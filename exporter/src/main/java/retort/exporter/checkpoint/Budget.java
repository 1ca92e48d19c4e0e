package retort.exporter.checkpoint;

/**
 * How much a file may describe beside the values of its tensors, so that no file fills the heap. A
 * network of a thousand layers needs two MiB with all its hooks, names and arguments; the allowance
 * is fifty times that, and still fits the smallest heap that Java starts with.
 */
final class Budget {
  private static final long ALLOWANCE = 96L << 20;

  /** What a small object or an entry of a map takes, about. */
  private static final int OBJECT = 64;

  private final String file;
  private long left = ALLOWANCE;

  /**
   * A full allowance.
   *
   * @param file whom to name when it is spent
   */
  Budget(String file) {
    this.file = file;
  }

  /** Spends some objects. */
  void objects(long count) {
    bytes(count * OBJECT);
  }

  /** Spends bytes of text and numbers. */
  void bytes(long count) {
    left -= count;
    if (left < 0) {
      throw new CheckpointException(
          file
              + ": describes more than "
              + (ALLOWANCE >> 20)
              + " MiB of objects beside its tensors, far more than a network has; save the"
              + " network's state dictionary alone, or get the file from its authors");
    }
  }
}

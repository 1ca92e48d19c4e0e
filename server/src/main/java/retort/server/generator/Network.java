package retort.server.generator;

/**
 * A model file ready to run: a {@link Generator}, a {@link retort.server.tensor.TensorModel}, or
 * both. Scheduling sees how much of the machine a run takes and for how long, whatever goes in and
 * comes out. Whoever opened it closes it, once; see {@link NetworkUse} for one that many use.
 */
public interface Network extends AutoCloseable {
  /** SHA-256 of the file, lower-case hexadecimal. */
  String digest();

  /** Images, or other results, of one run at most. */
  int maxBatch();

  /** Cores that a run takes of those that runs share, for as long as it lasts. */
  int cores();

  /** How long runs last. */
  RunCosts costs();

  /** Frees its memory, when the last {@link Lane} is closed. */
  @Override
  void close();
}

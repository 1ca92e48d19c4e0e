package retort.server.generator;

/**
 * The memory in which one thread runs a generator: inputs and images of the largest batch, made
 * once. Not thread-safe.
 */
public interface Lane extends AutoCloseable {
  /**
   * Draws the inputs of one image.
   *
   * @param slot its place in the batch, from 0
   */
  void set(int slot, Origin origin);

  /** Makes the images of the slots from 0 to {@code images - 1}. */
  void run(int images);

  /**
   * Copies an image of the latest run.
   *
   * @param pixels receives grey levels [H, W, C], row-major, from its start
   */
  void read(int slot, byte[] pixels);

  @Override
  void close();
}

package retort.server.generator;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The memory in which one thread runs a generator: inputs and images of the largest batch, made
 * once. Not thread-safe, but for {@link #stop}, and for {@link #read} after a run.
 */
public interface Lane extends AutoCloseable {
  /**
   * Draws the inputs of one image.
   *
   * @param slot its place in the batch, from 0
   */
  void set(int slot, Origin origin);

  /**
   * Makes the images of the slots from 0 to {@code images - 1}.
   *
   * @throws GeneratorException when it fails, or was stopped
   */
  void run(int images);

  /**
   * Has the run in the works end early, and those after it at once, by failing, until the lane is
   * closed. Called by any thread, but never after {@link #close}: the lane has another user then.
   */
  void stop();

  /**
   * Copies an image of the latest run.
   *
   * @param pixels receives grey levels [H, W, C], row-major, from its start
   */
  void read(int slot, byte[] pixels);

  /**
   * An image of the latest run where it lies, good until the next run or the end of the lane: grey
   * levels [H, W, C], row-major. Empty where the network's output is laid out otherwise.
   */
  Optional<ByteBuffer> view(int slot);

  @Override
  void close();
}

package retort.server.generator;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One call's hold on a model: the generator that makes its images. A stream asks for the newest
 * before each frame and so moves to a newer version of the model, where images of the same shape
 * and labels come from it; otherwise it keeps the version that it has.
 *
 * <p>Close it when the call is over. Safe for any number of threads.
 */
public final class GeneratorHandle implements AutoCloseable {
  private final Supplier<Optional<NetworkUse>> newest;
  private NetworkUse use;
  private Generator generator;
  private boolean closed;

  /**
   * A handle on a version of a model.
   *
   * @param use of a network that is a {@link Generator}; closed by the handle
   * @param newest gives a use of the newest version, for the handle to close; empty where the model
   *     is not served any more
   */
  public GeneratorHandle(NetworkUse use, Supplier<Optional<NetworkUse>> newest) {
    this.use = use;
    this.newest = newest;
    generator = (Generator) use.network();
  }

  /** The generator that is held. */
  public synchronized Generator generator() {
    return generator;
  }

  /**
   * Moves to the newest version, if it can; images that were begun must not need the one before any
   * more.
   *
   * @param mayMove asked before it moves, whether there is room for what the newer one takes
   * @return the generator that is held now
   */
  public synchronized Generator newest(Predicate<Generator> mayMove) {
    if (!closed) {
      newest.get().ifPresent(newer -> moveTo(newer, mayMove));
    }
    return generator;
  }

  private void moveTo(NetworkUse newer, Predicate<Generator> mayMove) {
    if (newer.network() != generator
        && newer.network() instanceof Generator other
        && other.shape().equals(generator.shape())
        && other.labelNames().equals(generator.labelNames())
        && mayMove.test(other)) {
      use.close();
      use = newer;
      generator = other;
    } else {
      newer.close();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    use.close();
  }
}

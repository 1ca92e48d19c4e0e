package retort.server.generator;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One user's hold on a network. The network closes when the last of its users has let go, so that
 * nobody who takes a model away need know who still runs it.
 *
 * <p>Safe for any number of threads.
 */
public final class NetworkUse implements AutoCloseable {
  private final Network network;
  private final AtomicInteger users;
  private final AtomicBoolean closed = new AtomicBoolean();

  private NetworkUse(Network network, AtomicInteger users) {
    this.network = network;
    this.users = users;
  }

  /** The first use of a network, which was just opened. */
  public static NetworkUse first(Network network) {
    return new NetworkUse(network, new AtomicInteger(1));
  }

  /** The network; the user runs it before closing this only. */
  public Network network() {
    return network;
  }

  /** A further use; empty when the network has closed, or this is the last use and is closing. */
  public Optional<NetworkUse> again() {
    int before = users.getAndUpdate(count -> count == 0 ? 0 : count + 1);
    return before == 0 ? Optional.empty() : Optional.of(new NetworkUse(network, users));
  }

  /** Lets go; more than once does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true) && users.decrementAndGet() == 0) {
      network.close();
    }
  }
}

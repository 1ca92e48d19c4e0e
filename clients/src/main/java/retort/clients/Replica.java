package retort.clients;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One server of several that a client may ask.
 *
 * @param address {@code HOST:PORT}, as the user wrote it
 * @param pinned the one of the host's addresses that is meant; null where gRPC resolves the name
 */
record Replica(String address, @Nullable InetSocketAddress pinned) {
  /** For messages. */
  @Override
  public String toString() {
    return pinned == null ? address : address + " (" + pinned.getAddress().getHostAddress() + ")";
  }
}

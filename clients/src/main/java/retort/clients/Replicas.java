package retort.clients;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The servers that may be asked, in the order they are tried: addresses with commas between them,
 * where a name with several DNS records stands for as many servers. A name with one record is left
 * to gRPC, which knows of proxies.
 */
final class Replicas {
  /** All addresses of a host. */
  interface Names {
    List<InetAddress> of(String host) throws UnknownHostException;
  }

  private final List<ServerAddress> addresses;
  private final Names names;

  Replicas(List<ServerAddress> addresses, Names names) {
    this.addresses = List.copyOf(addresses);
    this.names = names;
  }

  /**
   * Reads {@code HOST:PORT[,HOST:PORT]...}.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static Replicas parse(String text) {
    List<ServerAddress> addresses =
        Arrays.stream(text.split(",", -1)).map(part -> ServerAddress.parse(part.strip())).toList();
    return new Replicas(addresses, host -> List.of(InetAddress.getAllByName(host)));
  }

  /** One for each address as it was written. */
  List<Replica> written() {
    return addresses.stream().map(address -> new Replica(address.toString(), null)).toList();
  }

  /** One for each DNS record; asks the name service. */
  List<Replica> resolved() {
    List<Replica> replicas = new ArrayList<>();
    for (ServerAddress address : addresses) {
      List<InetAddress> records = records(address.host());
      if (records.size() < 2) {
        replicas.add(new Replica(address.toString(), null));
      }
      for (InetAddress record : records.size() < 2 ? List.<InetAddress>of() : records) {
        replicas.add(
            new Replica(address.toString(), new InetSocketAddress(record, address.port())));
      }
    }
    return replicas;
  }

  private List<InetAddress> records(String host) {
    try {
      return names.of(host);
    } catch (UnknownHostException e) {
      // gRPC tries as well, perhaps through a proxy, and says why it cannot.
      return List.of();
    }
  }

  /** All addresses, for messages. */
  @Override
  public String toString() {
    return addresses.stream().map(ServerAddress::toString).collect(Collectors.joining(", "));
  }
}

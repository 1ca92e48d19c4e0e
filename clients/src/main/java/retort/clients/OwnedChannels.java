package retort.clients;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Channels to an address, shut down when they are not needed, all of them when this is closed. */
final class OwnedChannels implements Channels {
  private final ServerAddress server;
  private final ChannelCredentials credentials;
  private final ManagedChannel unary;
  private final Set<ManagedChannel> streams = new HashSet<>();
  private boolean closed;

  OwnedChannels(ServerAddress server, ChannelCredentials credentials) {
    this.server = server;
    this.credentials = credentials;
    this.unary = builder().build();
  }

  private NettyChannelBuilder builder() {
    return NettyChannelBuilder.forTarget(server.target(), credentials)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(5, TimeUnit.MINUTES);
  }

  @Override
  public String address() {
    return server.toString();
  }

  @Override
  public ManagedChannel unary() {
    return unary;
  }

  @Override
  public synchronized ManagedChannel forStream(int windowBytes) {
    ManagedChannel stream = builder().flowControlWindow(windowBytes).build();
    if (closed) {
      // Its calls fail as those of the other channel do.
      return stream.shutdownNow();
    }
    streams.add(stream);
    return stream;
  }

  @Override
  public synchronized void release(ManagedChannel stream) {
    if (streams.remove(stream)) {
      stream.shutdownNow();
    }
  }

  /** How many streams hold a connection. */
  synchronized int streamCount() {
    return streams.size();
  }

  @Override
  public synchronized void close() {
    closed = true;
    unary.shutdownNow();
    streams.forEach(ManagedChannel::shutdownNow);
    streams.clear();
  }
}

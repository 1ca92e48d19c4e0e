package retort.clients;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** How a client comes by channels: it opens them, or was given one. */
interface Channels extends AutoCloseable {
  /** Some images of a request are large; more than this is refused before memory runs out. */
  int MAX_MESSAGE_BYTES = 256 << 20;

  /** Where they lead, for messages. */
  String address();

  /** The channel for calls with one answer. */
  ManagedChannel unary();

  /**
   * A channel for one stream, which passes it to {@link #release} when it ends.
   *
   * @param windowBytes what may be on its way unread, where the channel lets one choose
   */
  ManagedChannel forStream(int windowBytes);

  /** Takes a stream's channel back. */
  void release(ManagedChannel streams);

  @Override
  void close();

  /** Channels to an address, closed when they are not needed. */
  static Channels to(ServerAddress server, ChannelCredentials credentials) {
    ManagedChannel unary = builder(server, credentials).build();
    return new Channels() {
      @Override
      public String address() {
        return server.toString();
      }

      @Override
      public ManagedChannel unary() {
        return unary;
      }

      @Override
      public ManagedChannel forStream(int windowBytes) {
        return builder(server, credentials).flowControlWindow(windowBytes).build();
      }

      @Override
      public void release(ManagedChannel streams) {
        streams.shutdownNow();
      }

      @Override
      public void close() {
        unary.shutdownNow();
      }
    };
  }

  /** One channel for everything, which stays its owner's to close. */
  static Channels given(ManagedChannel channel) {
    return new Channels() {
      @Override
      public String address() {
        return channel.authority();
      }

      @Override
      public ManagedChannel unary() {
        return channel;
      }

      @Override
      public ManagedChannel forStream(int windowBytes) {
        return channel;
      }

      @Override
      public void release(ManagedChannel streams) {}

      @Override
      public void close() {}
    };
  }

  private static NettyChannelBuilder builder(ServerAddress server, ChannelCredentials credentials) {
    return NettyChannelBuilder.forTarget(server.target(), credentials)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(5, TimeUnit.MINUTES);
  }
}

package retort.clients;

import io.grpc.ManagedChannel;

/** How a client comes by channels: it opens them, or was given one. Safe to share. */
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

  /** Takes a stream's channel back; a second time does nothing. */
  void release(ManagedChannel stream);

  @Override
  void close();

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
      public void release(ManagedChannel stream) {}

      @Override
      public void close() {}
    };
  }
}

package retort.clients;

import io.grpc.ManagedChannel;
import java.util.List;

/** How a client comes by channels: it opens them, or was given one. Safe to share. */
interface Channels extends AutoCloseable {
  /** An answer to one call, at most; a larger one is refused before memory runs out. */
  int MAX_ANSWER_BYTES = 256 << 20;

  /** Where they lead, for messages. */
  String address();

  /** Whom to ask for one answer, in the order to try. */
  List<Replica> replicas();

  /** Whom to ask for a stream, in the order to try. May wait for the name service. */
  List<Replica> streamReplicas();

  /** The channel for calls with one answer. */
  ManagedChannel unary(Replica replica);

  /**
   * A channel for one stream, which passes it to {@link #release} when it ends.
   *
   * @param frames how large they are, which bounds what may be on its way unread where the channel
   *     lets one choose
   */
  ManagedChannel forStream(Replica replica, FrameSize frames);

  /** Takes a stream's channel back; a second time does nothing. */
  void release(ManagedChannel stream);

  /** Whether no call can succeed any more. */
  boolean closed();

  @Override
  void close();

  /** One channel for everything, which stays its owner's to close. */
  static Channels given(ManagedChannel channel) {
    Replica only = new Replica(channel.authority(), null);
    return new Channels() {
      @Override
      public String address() {
        return only.address();
      }

      @Override
      public List<Replica> replicas() {
        return List.of(only);
      }

      @Override
      public List<Replica> streamReplicas() {
        return List.of(only);
      }

      @Override
      public ManagedChannel unary(Replica replica) {
        return channel;
      }

      @Override
      public ManagedChannel forStream(Replica replica, FrameSize frames) {
        return channel;
      }

      @Override
      public void release(ManagedChannel stream) {}

      @Override
      public boolean closed() {
        return channel.isShutdown();
      }

      @Override
      public void close() {}
    };
  }
}

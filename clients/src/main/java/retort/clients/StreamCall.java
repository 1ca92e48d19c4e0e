package retort.clients;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.RetortGrpc;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/** One call of {@code Steer}, on a connection of its own. Used by one thread at a time. */
final class StreamCall {
  /** Is told what happens, on gRPC's threads, one call at a time. */
  interface Events {
    void arrived(StreamCall call, Frame frame);

    /** Updates can be sent, perhaps. */
    void ready(StreamCall call);

    void closed(StreamCall call, Status status);
  }

  private final Replica replica;
  private final int replicas;
  private final ManagedChannel channel;
  private final ClientCall<SteerRequest, Frame> call;

  /**
   * A call that has not begun.
   *
   * @param replicas how many there are beside this one, itself included
   */
  StreamCall(Replica replica, int replicas, ManagedChannel channel) {
    this.replica = replica;
    this.replicas = replicas;
    this.channel = channel;
    this.call = channel.newCall(RetortGrpc.getSteerMethod(), CallOptions.DEFAULT);
  }

  Replica replica() {
    return replica;
  }

  int replicas() {
    return replicas;
  }

  /**
   * Starts the stream.
   *
   * @param last the frame after which it goes on; null for the first
   */
  void begin(StreamRequest request, @Nullable Frame last, Events events) {
    StreamRequest start = last == null ? request : rest(request, last);
    call.start(new Told(events), new Metadata());
    call.sendMessage(SteerRequest.newBuilder().setStart(start).build());
  }

  private static StreamRequest rest(StreamRequest request, Frame last) {
    return StreamRequest.newBuilder()
        .setModel(request.getModel())
        .setFrameCount(request.getFrameCount())
        .setResumeToken(last.getResumeToken())
        .build();
  }

  /** Asks for so many frames more. */
  void ask(long frames) {
    if (frames > 0) {
      call.request((int) Math.min(frames, Integer.MAX_VALUE));
    }
  }

  /** Whether an update would leave at once. */
  boolean ready() {
    return call.isReady();
  }

  void send(StreamUpdate update) {
    call.sendMessage(SteerRequest.newBuilder().setUpdate(update).build());
  }

  /** Ends the call and gives its connection back. */
  void end(Channels channels) {
    call.cancel("given up by the client", null);
    channels.release(channel);
  }

  private final class Told extends ClientCall.Listener<Frame> {
    private final Events events;

    Told(Events events) {
      this.events = events;
    }

    @Override
    public void onMessage(Frame frame) {
      events.arrived(StreamCall.this, frame);
    }

    @Override
    public void onReady() {
      events.ready(StreamCall.this);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      events.closed(StreamCall.this, status);
    }
  }
}

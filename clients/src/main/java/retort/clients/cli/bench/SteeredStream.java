package retort.clients.cli.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.RetortGrpc;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;

/** A stream of our own protocol. */
final class SteeredStream extends MeasuredStream {
  private final StreamRequest request;
  private final @Nullable Steerer steerer;
  private final ClientCall<SteerRequest, Frame> steer;
  private final ClientCall<StreamRequest, Frame> stream;

  /**
   * @param channel stays the caller's
   * @param rate updates a second; 0 for a stream that cannot be steered
   */
  SteeredStream(ManagedChannel channel, StreamRequest request, double rate, Span span) {
    this.request = request;
    this.stream = channel.newCall(RetortGrpc.getStreamMethod(), CallOptions.DEFAULT);
    this.steer = channel.newCall(RetortGrpc.getSteerMethod(), CallOptions.DEFAULT);
    this.steerer =
        rate == 0
            ? null
            : new Steerer(
                rate,
                span,
                update -> steer.sendMessage(SteerRequest.newBuilder().setUpdate(update).build()));
  }

  @Override
  void begin(long now, boolean reads) {
    if (steerer == null) {
      begin(stream, request, reads);
      stream.halfClose();
    } else {
      steerer.begin(now);
      begin(steer, SteerRequest.newBuilder().setStart(request).build(), reads);
    }
  }

  private <Q> void begin(ClientCall<Q, Frame> call, Q message, boolean reads) {
    call.start(new Reader(call), new Metadata());
    call.sendMessage(message);
    if (reads) {
      call.request(1);
    }
  }

  @Override
  Optional<Steerer> steerer() {
    return Optional.ofNullable(steerer);
  }

  private final class Reader extends MessageReader<Frame> {
    Reader(ClientCall<?, Frame> call) {
      super(call);
    }

    @Override
    void read(Frame frame, long now) {
      var due = frame.getDue();
      log().add(now, TimeUnit.SECONDS.toNanos(due.getSeconds()) + due.getNanos(), frame.getIndex());
      if (steerer != null) {
        steerer.arrived(frame, now);
      }
    }
  }
}

package retort.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import retort.server.schedule.FrameSink;
import retort.server.schedule.StreamFrame;
import retort.v1.Frame;

/** The frames of one call. The call's flow control says whether its client keeps up. */
final class GrpcFrameSink implements FrameSink {
  private final ServerCallStreamObserver<Frame> call;
  private String digestSent = "";

  /** A sink whose client counts as slow while one frame is on its way. */
  GrpcFrameSink(ServerCallStreamObserver<Frame> call) {
    this.call = call;
    call.setOnReadyThreshold(1);
  }

  @Override
  public boolean ready() {
    return call.isReady();
  }

  @Override
  public void send(StreamFrame frame) {
    Frame.Builder message = Messages.frame(frame);
    if (!frame.after().digest().equals(digestSent)) {
      digestSent = frame.after().digest();
      message.setModelDigest(digestSent);
    }
    call.onNext(message.build());
  }

  @Override
  public void end() {
    call.onCompleted();
  }

  @Override
  public void fail(RuntimeException reason) {
    call.onError(Failures.status(reason));
  }
}

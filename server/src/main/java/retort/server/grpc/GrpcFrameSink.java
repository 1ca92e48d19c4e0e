package retort.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import retort.denoiser.ImageShape;
import retort.server.schedule.FrameSink;
import retort.server.schedule.StreamFrame;
import retort.v1.Frame;

/** The frames of one call. The call's flow control says whether its client keeps up. */
final class GrpcFrameSink implements FrameSink {
  private final ServerCallStreamObserver<Frame> call;
  private final ImageShape shape;
  private boolean digestSent;

  /** A sink whose client counts as slow while one frame is on its way. */
  GrpcFrameSink(ServerCallStreamObserver<Frame> call, ImageShape shape) {
    this.call = call;
    this.shape = shape;
    call.setOnReadyThreshold(1);
  }

  @Override
  public boolean ready() {
    return call.isReady();
  }

  @Override
  public void send(StreamFrame frame) {
    Frame.Builder message = Messages.frame(frame, shape);
    if (!digestSent) {
      message.setModelDigest(frame.after().digest());
      digestSent = true;
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

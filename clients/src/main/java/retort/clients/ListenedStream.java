package retort.clients;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import retort.v1.Frame;
import retort.v1.StreamUpdate;

/** Passes frames to a listener, which paces them: one is asked for at a time. */
final class ListenedStream implements FrameListener, StreamHandle {
  private final FrameListener listener;
  private final LastingStream stream;

  ListenedStream(FrameListener listener, Function<FrameListener, LastingStream> streams) {
    this.listener = listener;
    this.stream = streams.apply(this);
    stream.request(1);
    stream.start();
  }

  @Override
  public CompletableFuture<Frame> steer(StreamUpdate update) {
    return stream.steer(update);
  }

  @Override
  public void cancel() {
    stream.cancel();
  }

  @Override
  public void onFrame(Frame frame) {
    listener.onFrame(frame);
    stream.request(1);
  }

  @Override
  public void onEnd() {
    listener.onEnd();
  }

  @Override
  public void onError(RetortException failure) {
    listener.onError(failure);
  }
}

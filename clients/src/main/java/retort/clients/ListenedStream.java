package retort.clients;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.StreamRequest;

/** Passes a call's frames to a listener, which paces them: gRPC asks for one at a time. */
final class ListenedStream implements ClientResponseObserver<StreamRequest, Frame>, StreamHandle {
  private final String address;
  private final FrameListener listener;
  private final Runnable afterwards;
  private @Nullable ClientCallStreamObserver<StreamRequest> requests;
  private volatile boolean cancelled;

  /** What the listener threw. Used on gRPC's threads, one at a time. */
  private @Nullable RuntimeException broken;

  /**
   * @param address named in errors
   * @param listener gets the frames
   * @param afterwards runs once the stream has ended, however
   */
  ListenedStream(String address, FrameListener listener, Runnable afterwards) {
    this.address = address;
    this.listener = listener;
    this.afterwards = afterwards;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<StreamRequest> stream) {
    requests = stream;
  }

  @Override
  public void onNext(Frame frame) {
    if (cancelled || broken != null) {
      return;
    }
    try {
      listener.onFrame(frame);
    } catch (RuntimeException e) {
      broken = e;
      Objects.requireNonNull(requests).cancel("the listener failed", e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    afterwards.run();
    if (broken != null) {
      listener.onError(RetortException.ofListener(broken));
    } else if (cancelled) {
      listener.onEnd();
    } else {
      listener.onError(RetortException.ofStream(address, failure));
    }
  }

  @Override
  public void onCompleted() {
    afterwards.run();
    listener.onEnd();
  }

  @Override
  public void cancel() {
    cancelled = true;
    Objects.requireNonNull(requests).cancel("cancelled by the client", null);
  }
}

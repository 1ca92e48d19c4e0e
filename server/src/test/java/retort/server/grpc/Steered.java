package retort.server.grpc;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import retort.v1.Frame;
import retort.v1.RetortGrpc;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/** A client of Steer that keeps the frames it gets. */
final class Steered implements StreamObserver<Frame> {
  final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  final CompletableFuture<Boolean> end = new CompletableFuture<>();
  final StreamObserver<SteerRequest> requests;

  Steered(Served served) {
    requests = RetortGrpc.newStub(served.channel).steer(this);
  }

  Steered start(StreamRequest request) {
    requests.onNext(SteerRequest.newBuilder().setStart(request).build());
    return this;
  }

  void update(StreamUpdate.Builder update) {
    requests.onNext(SteerRequest.newBuilder().setUpdate(update).build());
  }

  /** Waits for the next frame. */
  Frame next() throws InterruptedException {
    Frame frame = frames.poll(10, TimeUnit.SECONDS);
    if (frame == null) {
      throw new AssertionError("no frame came within 10 s");
    }
    return frame;
  }

  /** Waits for the frame that acknowledges an update. */
  Frame applied(long id) throws InterruptedException {
    Frame frame = next();
    while (frame.getAppliedUpdate() < id) {
      frame = next();
    }
    return frame;
  }

  @Override
  public void onNext(Frame frame) {
    frames.add(frame);
  }

  @Override
  public void onError(Throwable failure) {
    end.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    end.complete(true);
  }
}

package retort.server.grpc;

import io.grpc.stub.StreamObserver;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import retort.denoiser.ImageShape;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.schedule.FrameStream;
import retort.server.schedule.RefusedException;
import retort.server.schedule.Steering;
import retort.v1.Frame;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/**
 * One call of {@code Steer}: its first message starts the stream, later ones change it. gRPC calls
 * one method at a time.
 */
final class SteerCall implements StreamObserver<SteerRequest> {
  private final StreamObserver<Frame> frames;
  private final Function<StreamRequest, FrameStream> start;
  private final BiConsumer<ImageFormat, ImageShape> admit;
  private @Nullable FrameStream stream;
  private long lastId;
  private boolean over;

  /**
   * A call whose first message has not come.
   *
   * @param frames told of a failure before the stream has started; later the stream tells
   * @param start sets a stream going, or throws what the client is told
   * @param admit asked whether frames of a form may be promised for a model's images, which throws
   *     if not
   */
  SteerCall(
      StreamObserver<Frame> frames,
      Function<StreamRequest, FrameStream> start,
      BiConsumer<ImageFormat, ImageShape> admit) {
    this.frames = frames;
    this.start = start;
    this.admit = admit;
  }

  /** A call that was not admitted; what it sends is ignored. */
  static SteerCall refused(StreamObserver<Frame> frames, RuntimeException reason) {
    SteerCall call =
        new SteerCall(
            frames,
            request -> {
              throw reason;
            },
            (format, made) -> {});
    call.fail(reason);
    return call;
  }

  @Override
  public void onNext(SteerRequest request) {
    if (over) {
      return;
    }
    if (stream == null) {
      start(request);
    } else if (request.hasUpdate()) {
      update(stream, request.getUpdate());
    } else {
      over = true;
      stream.stop(Failures.invalid("a message after the first holds no update; send an update"));
    }
  }

  private void start(SteerRequest request) {
    try {
      if (!request.hasStart()) {
        throw Failures.invalid("the first message holds no start; start the stream, then update");
      }
      stream = start.apply(request.getStart());
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void update(FrameStream running, StreamUpdate update) {
    try {
      UpdateRequests.requireNewer(update.getUpdateId(), lastId);
      lastId = update.getUpdateId();
      Steering steering = UpdateRequests.steering(update, running.generator());
      ImageFormat asked = steering.update().changed(ImageFormat.of(Encoding.RAW));
      admit.accept(asked, running.generator().shape());
      running.steer(steering);
    } catch (RefusedException e) {
      running.reject(update.getUpdateId(), String.valueOf(e.getMessage()));
    }
  }

  /** Ends the call before its stream has started. */
  private void fail(RuntimeException reason) {
    over = true;
    frames.onError(Failures.status(reason));
  }

  /** The client sends no more updates; the stream goes on. */
  @Override
  public void onCompleted() {
    if (stream == null && !over) {
      fail(Failures.invalid("the call has ended without a message; start the stream first"));
    }
  }

  /** The client is gone; {@link #cancel} is called too. */
  @Override
  public void onError(Throwable failure) {}

  /** Forgets the stream: its client is gone. */
  void cancel() {
    over = true;
    if (stream != null) {
      stream.cancel();
    }
  }

  /** Goes on, if the stream waits for its client. */
  void wake() {
    if (stream != null) {
      stream.wake();
    }
  }
}

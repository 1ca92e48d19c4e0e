package retort.clients;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.StreamUpdate;

/**
 * A stream of frames for one subscriber, begun when it subscribes. What the subscriber requests is
 * what gRPC's flow control lets the server send: while nothing is requested, the server drops what
 * is due or waits, as the request says. It outlasts connections, as {@link RetortClient} says.
 */
public final class FramePublisher implements Flow.Publisher<Frame> {
  private final LastingStream stream;
  private final AtomicBoolean taken = new AtomicBoolean();

  /** Null once it must not be told anything more. */
  private volatile Flow.@Nullable Subscriber<? super Frame> subscriber;

  FramePublisher(Function<FrameListener, LastingStream> streams) {
    stream = streams.apply(new Passing());
  }

  /** Begins the stream. A second subscriber is told that there can be only one. */
  @Override
  public void subscribe(Flow.Subscriber<? super Frame> newSubscriber) {
    Objects.requireNonNull(newSubscriber, "newSubscriber");
    if (!taken.compareAndSet(false, true)) {
      newSubscriber.onSubscribe(new Nothing());
      newSubscriber.onError(
          new IllegalStateException(
              "the frames of a stream go to one subscriber; publish another stream"));
      return;
    }
    subscriber = newSubscriber;
    newSubscriber.onSubscribe(new Demand());
    stream.start();
  }

  /**
   * Changes the stream while it runs, or before it begins: see {@link StreamHandle#steer}. What it
   * throws and returns is said there.
   */
  public CompletableFuture<Frame> steer(StreamUpdate update) {
    return stream.steer(update);
  }

  /** Of the one subscriber. */
  private final class Demand implements Flow.Subscription {
    @Override
    public void request(long count) {
      if (count > 0) {
        stream.request(count);
        return;
      }
      stream.between(() -> refuse(count));
    }

    private void refuse(long count) {
      Flow.Subscriber<? super Frame> told = subscriber;
      cancel();
      if (told != null) {
        told.onError(
            new IllegalArgumentException(
                count + " frames were requested, but a subscriber requests 1 or more"));
      }
    }

    @Override
    public void cancel() {
      subscriber = null;
      stream.cancel();
    }
  }

  /** Of a subscriber that gets no frame. */
  private static final class Nothing implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }

  private final class Passing implements FrameListener {
    @Override
    public void onFrame(Frame frame) {
      Flow.Subscriber<? super Frame> told = subscriber;
      if (told != null) {
        told.onNext(frame);
      }
    }

    @Override
    public void onEnd() {
      Flow.Subscriber<? super Frame> told = subscriber;
      subscriber = null;
      if (told != null) {
        told.onComplete();
      }
    }

    @Override
    public void onError(RetortException failure) {
      Flow.Subscriber<? super Frame> told = subscriber;
      subscriber = null;
      if (told != null) {
        told.onError(failure);
      }
    }
  }
}

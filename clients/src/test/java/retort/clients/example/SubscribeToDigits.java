package retort.clients.example;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import retort.clients.RetortClient;
import retort.v1.Frame;
import retort.v1.StreamRequest;

/** Five seconds of frames for a reactive library, each requested when the one before was used. */
public final class SubscribeToDigits {
  private SubscribeToDigits() {}

  /** Takes the server's address, such as {@code 127.0.0.1:8001}. */
  public static void main(String[] arguments) throws InterruptedException {
    StreamRequest request = StreamRequest.newBuilder().setFps(20).setFrameCount(100).build();
    OneAtATime subscriber = new OneAtATime();
    try (RetortClient client = RetortClient.connect(arguments[0])) {
      client.publish(request).subscribe(subscriber);
      subscriber.over.await();
    }
  }

  /** What a server sends is what this requests. */
  private static final class OneAtATime implements Flow.Subscriber<Frame> {
    private final CountDownLatch over = new CountDownLatch(1);
    private Flow.Subscription frames = new NoFrames();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      frames = subscription;
      frames.request(1);
    }

    @Override
    public void onNext(Frame frame) {
      System.out.println("frame " + frame.getIndex());
      frames.request(1);
    }

    @Override
    public void onError(Throwable failure) {
      System.err.println(failure.getMessage());
      over.countDown();
    }

    @Override
    public void onComplete() {
      over.countDown();
    }
  }

  /** Before there are any. */
  private static final class NoFrames implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }
}

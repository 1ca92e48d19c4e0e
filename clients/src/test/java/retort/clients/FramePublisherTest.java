package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

class FramePublisherTest {
  private static final StreamRequest ENDLESS = StreamRequest.newBuilder().setFps(20).build();

  private final FakeServer server;
  private final ManagedChannel channel;
  private final RetortClient client;
  private final Notes notes = new Notes();

  FramePublisherTest() throws IOException {
    server = FakeServer.inProcess("publisher-test");
    channel = InProcessChannelBuilder.forName("publisher-test").build();
    client = RetortClient.over(channel, ClientOptions.DEFAULT.withPatience(Duration.ZERO));
  }

  @AfterEach
  void closeAll() {
    client.close();
    channel.shutdownNow();
    server.close();
  }

  /** Writes down what it is told. */
  private static final class Notes implements Flow.Subscriber<Frame> {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;

    Flow.Subscription subscription() {
      return Objects.requireNonNull(subscription);
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
    }

    @Override
    public void onNext(Frame frame) {
      lines.add("frame " + frame.getIndex());
    }

    @Override
    public void onError(Throwable failure) {
      lines.add("error " + failure.getMessage());
    }

    @Override
    public void onComplete() {
      lines.add("complete");
    }
  }

  @Test
  void theServerSendsWhatWasRequestedAndNoMore() throws InterruptedException {
    client.publish(ENDLESS).subscribe(notes);

    notes.subscription().request(2);
    assertThat(notes.lines.take()).isEqualTo("frame 0");
    assertThat(notes.lines.take()).isEqualTo("frame 1");
    server.pass(100);
    notes.subscription().request(2);

    // In this process one frame more is under way before the server sees that nobody asks.
    assertThat(notes.lines.take()).isIn("frame 2", "frame 102");
    assertThat(notes.lines.take()).isIn("frame 102", "frame 103");
    assertThat(notes.lines).isEmpty();
    notes.subscription().cancel();
    server.awaitCancellation();
    assertThat(server.sent().size()).isLessThanOrEqualTo(6);
  }

  @Test
  void theEndFollowsTheLastFrame() throws InterruptedException {
    client.publish(ENDLESS.toBuilder().setFrameCount(1).build()).subscribe(notes);

    notes.subscription().request(Long.MAX_VALUE);

    assertThat(notes.lines.take()).isEqualTo("frame 0");
    assertThat(notes.lines.take()).isEqualTo("complete");
  }

  @Test
  void aFailureIsToldAsItIs() throws InterruptedException {
    server.failingAt(0, Status.INTERNAL.withDescription("a fault"));
    client.publish(ENDLESS).subscribe(notes);

    notes.subscription().request(1);

    assertThat(notes.lines.take()).isEqualTo("error a fault");
  }

  @Test
  void requestsAreAboveNothing() throws InterruptedException {
    client.publish(ENDLESS).subscribe(notes);

    notes.subscription().request(0);

    assertThat(notes.lines.take())
        .isEqualTo("error 0 frames were requested, but a subscriber requests 1 or more");
  }

  @Test
  void aSecondSubscriberGetsNoFrame() throws InterruptedException {
    FramePublisher frames = client.publish(ENDLESS);
    frames.subscribe(notes);
    Notes second = new Notes();

    frames.subscribe(second);

    assertThat(second.lines.take()).startsWith("error the frames of a stream go to one subscriber");
  }

  @Test
  void aStreamMayBeSteeredBeforeItBegins() throws InterruptedException {
    FramePublisher frames = client.publish(ENDLESS);
    CompletableFuture<Frame> shown = frames.steer(StreamUpdate.newBuilder().setLabel(1).build());
    frames.subscribe(notes);

    while (!shown.isDone()) {
      notes.subscription().request(1);
      assertThat(notes.lines.take()).startsWith("frame ");
    }

    assertThat(shown.join().getOrigin().getLabel()).isEqualTo(1);
    notes.subscription().cancel();
  }
}

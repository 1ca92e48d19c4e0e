package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

class SteeringTest {
  private static final StreamRequest ENDLESS = StreamRequest.newBuilder().setFps(20).build();

  private final FakeServer server;
  private final ManagedChannel channel;
  private final RetortClient client;

  SteeringTest() throws IOException {
    server = FakeServer.inProcess("steering-test");
    channel = InProcessChannelBuilder.forName("steering-test").build();
    client = RetortClient.over(channel);
  }

  @AfterEach
  void closeAll() {
    client.close();
    channel.shutdownNow();
    server.close();
  }

  private static StreamUpdate label(int label) {
    return StreamUpdate.newBuilder().setLabel(label).build();
  }

  @Test
  void anUpdateIsCompletedByTheFrameThatShowsIt() throws InterruptedException {
    try (FrameStream stream = client.stream(ENDLESS)) {
      stream.next();
      CompletableFuture<Frame> shown = stream.steer(label(2));
      Frame frame = stream.next().orElseThrow();
      while (frame.getAppliedUpdate() == 0) {
        assertThat(frame.getOrigin().getLabel()).isZero();
        frame = stream.next().orElseThrow();
      }

      assertThat(shown).isCompletedWithValue(frame);
      assertThat(frame.getOrigin().getLabel()).isEqualTo(2);
    }
  }

  @Test
  void theLastOfAThousandUpdatesIsShown() throws InterruptedException {
    try (FrameStream stream = client.stream(ENDLESS)) {
      List<CompletableFuture<Frame>> shown = new ArrayList<>();
      for (int i = 1; i <= 1000; i++) {
        shown.add(stream.steer(StreamUpdate.newBuilder().setSeed(i).build()));
      }
      CompletableFuture<Frame> last = shown.get(999);
      while (!last.isDone()) {
        stream.next();
      }

      assertThat(shown).allMatch(CompletableFuture::isDone);
      assertThat(last.join().getOrigin().getSeed()).isEqualTo(1000);
    }
  }

  @Test
  void anUpdateThatIsRefusedFailsAndTheStreamGoesOn() throws InterruptedException {
    try (FrameStream stream = client.stream(ENDLESS)) {
      CompletableFuture<Frame> wrong = stream.steer(label(9));
      while (!wrong.isDone()) {
        assertThat(stream.next()).isPresent();
      }

      assertThat(wrong.handle((frame, failure) -> failure.getMessage()))
          .isCompletedWithValue("label is 9, but 0 to 2 is expected");
      assertThat(stream.next()).isPresent();
    }
  }

  @Test
  void anUpdateOfAStreamThatEndsFails() {
    server.silentFrom(0);
    FrameStream stream = client.stream(ENDLESS);
    CompletableFuture<Frame> early = stream.steer(label(1));

    stream.close();

    assertThat(early.handle((frame, failure) -> failure.getMessage()).join())
        .startsWith("the stream ended before a frame showed the update");
    assertThat(stream.steer(label(2)).handle((frame, failure) -> failure.getMessage()).join())
        .startsWith("the stream ended before a frame showed the update");
  }

  @Test
  void updatesAreNumberedByTheClient() {
    try (FrameStream stream = client.stream(ENDLESS)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> stream.steer(StreamUpdate.newBuilder().setUpdateId(4).build()))
          .withMessageContaining("update_id is 4");
    }
  }
}

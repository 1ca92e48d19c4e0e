package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.Origin;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;
import retort.v1.Walk;

/** Streams and calls over several servers, some of which fail. */
class FailoverTest {
  private static final int FRAMES = 12;
  private static final StreamRequest WALK =
      StreamRequest.newBuilder()
          .setFps(240)
          .setFrameCount(FRAMES)
          .setStart(Origin.newBuilder().setSeed(3))
          .setWalk(Walk.newBuilder().addLabels(2).addLabels(0).addLabels(1))
          .build();
  private static final Status DRAINING =
      Status.UNAVAILABLE.withDescription("the server is draining");

  private final FakeServer first;
  private final FakeServer second;

  FailoverTest() throws IOException {
    first = FakeServer.onPort();
    second = FakeServer.onPort();
  }

  @AfterEach
  void closeBoth() {
    first.close();
    second.close();
  }

  private RetortClient client() {
    return RetortClient.connect(first.address() + "," + second.address());
  }

  private static List<Frame> rest(FrameStream stream) throws InterruptedException {
    List<Frame> frames = new ArrayList<>();
    for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
      frames.add(next.get());
    }
    return frames;
  }

  private List<Frame> undisturbed() throws InterruptedException {
    try (RetortClient client = RetortClient.connect(second.address());
        FrameStream stream = client.stream(WALK)) {
      return rest(stream);
    }
  }

  @Test
  void aStreamWhoseServerGivesUpGoesOnAtTheNextWithTheSameFrames() throws InterruptedException {
    first.failingAt(5, DRAINING);
    List<Frame> expected = undisturbed();

    List<Frame> frames;
    try (RetortClient client = client();
        FrameStream stream = client.stream(WALK)) {
      frames = rest(stream);
    }

    assertThat(first.sent()).hasSize(5);
    assertThat(frames).isEqualTo(expected).hasSize(FRAMES);
  }

  @Test
  void aStreamWhoseServerDiesGoesOnAtTheNext() throws InterruptedException {
    first.silentFrom(5);
    List<Frame> expected = undisturbed();
    List<Frame> frames = new ArrayList<>();
    try (RetortClient client = client();
        FrameStream stream = client.stream(WALK)) {
      for (int i = 0; i < 5; i++) {
        frames.add(stream.next().orElseThrow());
      }
      first.close();
      frames.addAll(rest(stream));
    }

    assertThat(frames).isEqualTo(expected);
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() throws InterruptedException {
    first.silentFrom(5);
    ClientOptions options = ClientOptions.DEFAULT.withSilence(Duration.ofMillis(100));

    try (RetortClient client =
            RetortClient.connect(first.address() + "," + second.address(), options);
        FrameStream stream = client.stream(WALK)) {
      assertThat(rest(stream)).isEqualTo(undisturbed());
    }
  }

  @Test
  void updatesThatNoFrameHasShownAreSentAgain() throws InterruptedException {
    first.silentFrom(2);
    try (RetortClient client = client();
        FrameStream stream = client.stream(WALK.toBuilder().clearFrameCount().build())) {
      stream.next();
      stream.next();
      CompletableFuture<Frame> shown = stream.steer(StreamUpdate.newBuilder().setLabel(1).build());
      assertThat(first.updates().take().getLabel()).isEqualTo(1);

      first.close();
      Frame frame = stream.next().orElseThrow();
      assertThat(frame.getIndex()).isEqualTo(2);
      while (frame.getAppliedUpdate() == 0) {
        frame = stream.next().orElseThrow();
      }

      assertThat(shown).isCompletedWithValue(frame);
      for (int i = 0; i < 3; i++) {
        assertThat(frame.getOrigin().getLabel()).isEqualTo(1);
        frame = stream.next().orElseThrow();
      }
    }
  }

  @Test
  void aStreamThatIsPausedStaysSo() throws InterruptedException {
    try (RetortClient client = client();
        FrameStream stream = client.stream(WALK.toBuilder().clearFrameCount().build())) {
      CompletableFuture<Frame> shown =
          stream.steer(StreamUpdate.newBuilder().setPaused(true).setStep(3).build());
      // Up to the last step: what waits to be read comes before the news that the server is gone.
      Frame frame = stream.next().orElseThrow();
      while (!shown.isDone() || frame.getIndex() < shown.join().getIndex() + 2) {
        frame = stream.next().orElseThrow();
      }

      first.close();

      StreamUpdate again = second.updates().take();
      assertThat(again.getPaused()).isTrue();
    }
  }

  @Test
  void aStreamWaitsForItsOnlyServerToReturn() throws Exception {
    first.silentFrom(5);
    String address = first.address();
    try (RetortClient client = RetortClient.connect(address);
        FrameStream stream = client.stream(WALK)) {
      for (int i = 0; i < 5; i++) {
        stream.next();
      }

      first.close();
      int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
      try (FakeServer again = FakeServer.onPort(port)) {
        assertThat(rest(stream)).extracting(Frame::getIndex).startsWith(5L).hasSize(FRAMES - 5);
        assertThat(again.streams()).hasSize(1);
      }
    }
  }

  @Test
  void whereNoServerTakesItUpTheErrorSaysWhatWasTried() {
    first.failingAt(1, DRAINING);
    second.failingAt(0, Status.UNAVAILABLE.withDescription("the model is gone"));
    ClientOptions once = ClientOptions.DEFAULT.withPatience(Duration.ZERO);
    try (RetortClient client =
            RetortClient.connect(first.address() + "," + second.address(), once);
        FrameStream stream = client.stream(WALK)) {

      RetortException failure = catchThrowableOfType(RetortException.class, () -> rest(stream));

      assertThat(failure.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failure.getMessage())
          .startsWith("no replica answers, tried 2 times in ")
          .contains(first.address() + ": the server is draining")
          .endsWith(second.address() + ": the model is gone");
    }
  }

  @Test
  void aStreamThatOneServerHasNoRoomForBeginsAtAnother() throws InterruptedException {
    first.failingAt(0, Status.RESOURCE_EXHAUSTED.withDescription("12 frames a second are left"));

    try (RetortClient client = client();
        FrameStream stream = client.stream(WALK)) {
      assertThat(rest(stream)).hasSize(FRAMES);
    }
  }

  @Test
  void aWrongRequestIsAskedOnce() throws InterruptedException {
    first.failingAt(0, Status.INVALID_ARGUMENT.withDescription("fps is 500"));

    try (RetortClient client = client();
        FrameStream stream = client.stream(WALK)) {
      RetortException failure = catchThrowableOfType(RetortException.class, stream::next);

      assertThat(failure).hasMessage("fps is 500");
      assertThat(second.streams()).isEmpty();
    }
  }

  @Test
  void aCallGoesToTheNextServerAndTheOneAfterItToo() {
    first.close();
    try (RetortClient client = client()) {
      assertThat(client.images(0, 1)).hasSize(1);
      assertThat(client.images(0, 2)).hasSize(1);
    }

    assertThat(second.requests()).hasSize(2);
  }

  @Test
  void aCallIsRepeatedAtTheOnlyServer() {
    first.failingOnce(DRAINING);
    try (RetortClient client = RetortClient.connect(first.address())) {
      assertThat(client.images(0, 1)).hasSize(1);
    }

    assertThat(first.requests()).hasSize(2);
  }
}

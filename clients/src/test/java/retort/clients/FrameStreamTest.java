package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;

class FrameStreamTest {
  private static final StreamRequest ENDLESS = StreamRequest.newBuilder().setFps(20).build();

  private final FakeServer server;
  private final ManagedChannel channel;
  private final RetortClient client;

  FrameStreamTest() throws IOException {
    server = FakeServer.inProcess("stream-test");
    channel = InProcessChannelBuilder.forName("stream-test").directExecutor().build();
    client = RetortClient.over(channel, ClientOptions.DEFAULT.withPatience(Duration.ZERO));
  }

  @AfterEach
  void closeAll() {
    client.close();
    channel.shutdownNow();
    server.close();
  }

  private static List<Long> indexes(FrameStream stream) throws InterruptedException {
    List<Long> indexes = new ArrayList<>();
    for (Optional<Frame> frame = stream.next(); frame.isPresent(); frame = stream.next()) {
      indexes.add(frame.get().getIndex());
    }
    return indexes;
  }

  @Test
  void framesComeInOrderUntilTheLast() throws InterruptedException {
    try (FrameStream stream = client.stream(ENDLESS.toBuilder().setFrameCount(5).build())) {
      assertThat(indexes(stream)).containsExactly(0L, 1L, 2L, 3L, 4L);
      assertThat(stream.next()).isEmpty();
    }
  }

  @Test
  void aCallerWhoTakesNothingHoldsTwoFrames() throws InterruptedException {
    try (FrameStream stream = client.stream(ENDLESS)) {
      assertThat(stream.startNanos()).isLessThanOrEqualTo(System.nanoTime());
      for (long index = 0; index < FrameStream.FRAMES_AHEAD; index++) {
        assertThat(server.sent().take()).isEqualTo(index);
      }
      assertThat(server.sent()).isEmpty();
    }
  }

  @Test
  void aSlowCallerGetsTheNewestFrame() throws InterruptedException {
    try (FrameStream stream = client.stream(ENDLESS)) {
      server.sent().take();
      server.sent().take();
      server.pass(100);

      assertThat(stream.next().orElseThrow().getIndex()).isEqualTo(0);
      assertThat(stream.next().orElseThrow().getIndex()).isEqualTo(1);
      Frame newest = stream.next().orElseThrow();

      assertThat(newest.getIndex()).isEqualTo(102);
      assertThat(newest.getDropped()).isEqualTo(100);
    }
  }

  @Test
  void closingCancelsAtTheServer() throws InterruptedException {
    FrameStream stream = client.stream(ENDLESS);
    assertThat(stream.next()).isPresent();

    stream.close();
    stream.close();

    server.awaitCancellation();
    assertThat(stream.next()).isEmpty();
  }

  @Test
  void closingReleasesAThreadThatWaits() throws Exception {
    server.silentFrom(0);
    FrameStream stream = client.stream(ENDLESS);
    CompletableFuture<Optional<Frame>> waiting = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                waiting.complete(stream.next());
              } catch (InterruptedException | RuntimeException e) {
                waiting.completeExceptionally(e);
              }
            });
    thread.start();

    stream.close();

    thread.join();
    assertThat(waiting).isCompletedWithValue(Optional.empty());
  }

  @Test
  void aFailureFollowsTheFramesBeforeIt() throws InterruptedException {
    server.failingAt(1, Status.UNAVAILABLE.withDescription("the server is draining"));
    try (FrameStream stream = client.stream(ENDLESS)) {
      assertThat(stream.next()).isPresent();

      RetortException failure = catchThrowableOfType(RetortException.class, stream::next);

      assertThat(failure).hasMessage("the server is draining");
      assertThat(stream.next()).isEmpty();
    }
  }

  @Test
  void aStreamGoesOnFromATokenAlone() throws InterruptedException {
    ByteString token;
    try (FrameStream stream = client.stream(ENDLESS)) {
      token = stream.next().orElseThrow().getResumeToken();
    }

    try (FrameStream rest = client.resume(token)) {
      assertThat(rest.next().orElseThrow().getIndex()).isOne();
    }
    assertThat(server.streams().get(1))
        .isEqualTo(StreamRequest.newBuilder().setResumeToken(token).build());
  }

  /** Writes down what it is told. */
  private static final class Notes implements FrameListener {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CompletableFuture<List<String>> all = new CompletableFuture<>();

    @Override
    public void onFrame(Frame frame) {
      lines.add("frame " + frame.getIndex());
    }

    @Override
    public void onEnd() {
      lines.add("end");
      all.complete(lines);
    }

    @Override
    public void onError(RetortException failure) {
      lines.add("error " + failure.getMessage());
      all.complete(lines);
    }
  }

  @Test
  void aListenerIsToldOfFramesAndTheEnd() {
    Notes notes = new Notes();

    client.stream(ENDLESS.toBuilder().setFrameCount(2).build(), notes);

    assertThat(notes.all.join()).containsExactly("frame 0", "frame 1", "end");
  }

  @Test
  void aListenerIsToldOfAFailure() {
    server.failingAt(1, Status.INTERNAL.withDescription("a fault"));
    Notes notes = new Notes();

    client.stream(ENDLESS, notes);

    assertThat(notes.all.join()).containsExactly("frame 0", "error a fault");
  }

  @Test
  void aCancelledListenerIsToldOfTheEnd() throws InterruptedException {
    server.silentFrom(1);
    Notes notes = new Notes();
    StreamHandle handle = client.stream(ENDLESS, notes);
    server.sent().take();

    handle.cancel();

    server.awaitCancellation();
    assertThat(notes.all.join()).containsExactly("frame 0", "end");
  }
}

package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;

/** Whoever forgets to close a stream that ended holds no connection. */
class OwnedChannelsTest {
  private static final StreamRequest TWO_FRAMES =
      StreamRequest.newBuilder().setFps(20).setFrameCount(2).build();

  private final FakeServer server;
  private final OwnedChannels channels;
  private final RetortClient client;

  OwnedChannelsTest() throws IOException {
    server = FakeServer.onPort();
    channels =
        new OwnedChannels(Replicas.parse(server.address()), InsecureChannelCredentials.create());
    client = new RetortClient(channels, ClientOptions.DEFAULT, new Random(1));
  }

  @AfterEach
  void closeBoth() {
    client.close();
    server.close();
  }

  @Test
  void aStreamHoldsAConnectionUntilItsLastFrame() throws InterruptedException {
    FrameStream stream = client.stream(TWO_FRAMES);
    assertThat(stream.next()).isPresent();
    assertThat(channels.streamCount()).isLessThanOrEqualTo(1);

    while (stream.next().isPresent()) {
      // Up to the end.
    }

    assertThat(channels.streamCount()).isZero();
  }

  @Test
  void aStreamThatFailsHoldsNoConnection() {
    server.failingAt(0, Status.INTERNAL.withDescription("a fault"));
    FrameStream stream = client.stream(TWO_FRAMES);

    assertThatExceptionOfType(RetortException.class).isThrownBy(stream::next);

    assertThat(channels.streamCount()).isZero();
  }

  @Test
  void aListenedStreamThatEndsHoldsNoConnection() {
    CompletableFuture<Integer> streamsAtTheEnd = new CompletableFuture<>();

    client.stream(
        TWO_FRAMES,
        new FrameListener() {
          @Override
          public void onFrame(Frame frame) {}

          @Override
          public void onEnd() {
            streamsAtTheEnd.complete(channels.streamCount());
          }

          @Override
          public void onError(RetortException failure) {
            streamsAtTheEnd.completeExceptionally(failure);
          }
        });

    assertThat(streamsAtTheEnd.join()).isZero();
  }

  @Test
  void closingTheClientEndsItsStreams() {
    server.silentFrom(0);
    try (FrameStream stream = client.stream(TWO_FRAMES)) {
      client.close();

      RetortException failure = catchThrowableOfType(RetortException.class, stream::next);

      assertThat(failure)
          .hasMessage("the client of " + server.address() + " was closed; open another");
      assertThat(channels.streamCount()).isZero();
    }
  }

  @Test
  void aClosedClientSaysSo() {
    client.close();

    assertThat(catchThrowableOfType(RetortException.class, client::models))
        .hasMessage("the client of " + server.address() + " was closed; open another");
  }
}

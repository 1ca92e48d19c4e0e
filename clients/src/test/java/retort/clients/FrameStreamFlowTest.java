package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;

/** Streams over a socket, where bytes wait in buffers that nobody in the JVM sees. */
class FrameStreamFlowTest {
  private static final StreamRequest ENDLESS = StreamRequest.newBuilder().setFps(20).build();

  /** No frame for so long means that the server waits for its client. */
  private static final long STALL_MILLIS = 300;

  /** A frame of the fake is some fifty bytes, and room is made for frames with long tokens. */
  private static final int FEW = 50;

  private static int framesUntilTheServerStalls(FakeServer server) throws InterruptedException {
    int frames = 0;
    while (frames <= 10 * FEW && server.sent().poll(STALL_MILLIS, TimeUnit.MILLISECONDS) != null) {
      frames++;
    }
    return frames;
  }

  @Test
  void aStalledCallerMakesTheServerWaitAfterFewFramesHoweverSmall()
      throws IOException, InterruptedException {
    try (FakeServer server = FakeServer.onPort();
        RetortClient client = RetortClient.connect(server.address());
        FrameStream stream = client.stream(ENDLESS)) {
      int ahead = framesUntilTheServerStalls(server);

      assertThat(ahead).isBetween(1, FEW);
      server.pass(1_000_000);
      Optional<Frame> frame = stream.next();
      for (int i = 0; i <= ahead && frame.orElseThrow().getIndex() < 1_000_000; i++) {
        frame = stream.next();
      }
      assertThat(frame.orElseThrow().getIndex()).isGreaterThan(1_000_000);
    }
  }

  @Test
  void framesOfAStreamComeOverASocketToTheLast() throws IOException, InterruptedException {
    try (FakeServer server = FakeServer.onPort();
        RetortClient client = RetortClient.connect(server.address());
        FrameStream stream = client.stream(ENDLESS.toBuilder().setFrameCount(500).build())) {
      long count = 0;
      while (stream.next().isPresent()) {
        count++;
      }

      assertThat(count).isEqualTo(500);
    }
  }
}

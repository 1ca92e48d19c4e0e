package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/** A server process is killed as {@code kill -9} does, in the middle of a stream. */
class KilledServerFlowTest {
  private static final StreamRequest WALK =
      StreamRequest.newBuilder()
          .setFps(240)
          .setFrameCount(2_000)
          .setWalk(Walk.newBuilder().addLabels(2).addLabels(0).addLabels(1))
          .build();

  private static Process serve() throws IOException {
    String classPath = System.getProperty("java.class.path");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", classPath),
            FakeServer.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<Frame> frames(FrameStream stream) throws InterruptedException {
    List<Frame> frames = new ArrayList<>();
    for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
      frames.add(next.get());
    }
    return frames;
  }

  @Test
  void theFramesAreThoseOfAnUndisturbedStream() throws IOException, InterruptedException {
    Process killed = serve();
    try (FakeServer other = FakeServer.onPort();
        BufferedReader said = killed.inputReader();
        RetortClient client = RetortClient.connect(said.readLine() + "," + other.address());
        RetortClient undisturbed = RetortClient.connect(other.address());
        FrameStream stream = client.stream(WALK)) {
      List<Frame> frames = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        frames.add(stream.next().orElseThrow());
      }

      killed.destroyForcibly();
      frames.addAll(frames(stream));

      assertThat(other.streams()).hasSize(1);
      try (FrameStream expected = undisturbed.stream(WALK)) {
        assertThat(frames).isEqualTo(frames(expected));
      }
    } finally {
      killed.destroyForcibly();
    }
  }
}

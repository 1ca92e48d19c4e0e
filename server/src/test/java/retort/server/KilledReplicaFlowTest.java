package retort.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.clients.FrameStream;
import retort.clients.RetortClient;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.Image;
import retort.v1.Origin;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;
import retort.v1.Walk;

/** Two servers, each a process of its own, of which one is killed as {@code kill -9} does. */
class KilledReplicaFlowTest {
  private static final int FRAMES = 240;
  private static final int KILLED_AFTER = 60;
  private static final StreamRequest WALK =
      StreamRequest.newBuilder()
          .setFps(120)
          .setFrameCount(FRAMES)
          .setStart(Origin.newBuilder().setSeed(11).setLabel(1))
          .setWalk(Walk.newBuilder().setSpeed(7))
          .setEncoding(Encoding.ENCODING_RAW)
          .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
          .build();

  /** All of them are sent at once; the first is shown before the server is killed. */
  private static final List<StreamUpdate> UPDATES =
      List.of(
          StreamUpdate.newBuilder().setLabel(2).setTransitionFrames(90).setFromIndex(40).build(),
          StreamUpdate.newBuilder().setSeed(5).setFromIndex(150).build(),
          StreamUpdate.newBuilder().setSpeed(20).setLabel(0).setFromIndex(200).build());

  private static final Pattern READY = Pattern.compile("ready on (\\S+:\\d+).*");

  @TempDir private Path folder = Path.of("");

  private final List<Process> servers = new ArrayList<>();

  @BeforeEach
  void writeModel() throws IOException {
    TinyGenerator.USUAL.write(Files.createDirectory(folder.resolve("models")).resolve("tiny.onnx"));
  }

  @AfterEach
  void killServers() {
    servers.forEach(Process::destroyForcibly);
  }

  /** Starts a server and returns its address. */
  private String serve() throws IOException {
    ProcessBuilder command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                Main.class.getName(),
                "serve",
                folder.resolve("models").toString(),
                "--port",
                "0",
                "--threads",
                "1")
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    // Not by a flag: ONNX Runtime 1.29 breaks a process whose command line is longer than 4 KiB.
    command
        .environment()
        .put(
            "CLASSPATH",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    Process server = command.start();
    servers.add(server);
    BufferedReader said = server.inputReader();
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.matches()) {
        return ready.group(1);
      }
      all.append(line).append('\n');
    }
    throw new AssertionError(
        "exit code %d: %s%s"
            .formatted(
                server.onExit().join().exitValue(), all, Files.readString(folder.resolve("log"))));
  }

  /** What a frame shows, without when it came. */
  private record Shown(long index, double position, Origin origin, Image image) {
    static Shown of(Frame frame) {
      return new Shown(frame.getIndex(), frame.getPosition(), frame.getOrigin(), frame.getImage());
    }
  }

  private static List<CompletableFuture<Frame>> steer(FrameStream stream) {
    return UPDATES.stream().map(stream::steer).toList();
  }

  private static List<Shown> rest(FrameStream stream) throws InterruptedException {
    List<Shown> frames = new ArrayList<>();
    for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
      frames.add(Shown.of(next.get()));
    }
    return frames;
  }

  @Test
  void aSteeredStreamGoesOnAtTheOtherByteForByte() throws IOException, InterruptedException {
    String killed = serve();
    String other = serve();
    List<Shown> frames = new ArrayList<>();
    List<CompletableFuture<Frame>> updates;
    try (RetortClient client = RetortClient.connect(killed + "," + other);
        FrameStream stream = client.stream(WALK)) {
      updates = steer(stream);
      while (frames.size() < KILLED_AFTER) {
        frames.add(Shown.of(stream.next().orElseThrow()));
      }

      servers.get(0).destroyForcibly().waitFor();
      frames.addAll(rest(stream));
    }

    List<Shown> undisturbed;
    try (RetortClient client = RetortClient.connect(other);
        FrameStream stream = client.stream(WALK)) {
      steer(stream);
      undisturbed = rest(stream);
    }
    assertThat(frames).hasSize(FRAMES).isEqualTo(undisturbed);
    assertThat(updates)
        .extracting(update -> update.join().getIndex())
        .containsExactly(40L, 150L, 200L);
  }
}

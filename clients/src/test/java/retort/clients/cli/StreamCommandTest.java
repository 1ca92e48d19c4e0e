package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.clients.FakeServer;
import retort.v1.Encoding;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;

class StreamCommandTest {
  @TempDir private Path folder = Path.of("");

  private final FakeServer server;

  StreamCommandTest() throws IOException {
    server = FakeServer.onPort();
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  private CommandRun stream(String flags) {
    return CommandRun.of(
        ("stream --server " + server.address() + flags)
            .replace("FOLDER", folder.toString())
            .split(" "));
  }

  private StreamRequest requested() {
    return server.streams().get(0);
  }

  @Test
  void itTellsHowTheFramesKeptTheirTime() {
    CommandRun run = stream(" --frames 12 --within 60000");

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .containsPattern("frames      12 of 12, \\d+\\.\\d\\d a second \\(20 asked for\\)")
        .contains("on time     100.0 % within 60000 ms")
        .containsPattern("lateness    p50 .* p99 .* max .* min ")
        .containsPattern("interval    p50 .* p99 ")
        .contains("ended       complete; frames asked for: 12")
        .contains("dropped     0; missing 0");
  }

  @Test
  void aHundredFramesAtTwentyASecondAreAskedForUnlessFlagsSayOtherwise() {
    stream("");

    assertThat(requested().getFrameCount()).isEqualTo(100);
    assertThat(requested().getFps()).isEqualTo(20);
    assertThat(requested().getModel()).isEqualTo("digits");
    assertThat(requested().getEncoding()).isEqualTo(Encoding.ENCODING_PNG);
    assertThat(requested().getSlowClient()).isEqualTo(SlowClient.SLOW_CLIENT_LATEST);
    assertThat(requested().getWalk().hasSpeed()).isFalse();
    assertThat(requested().getWalk().getLabelsList()).containsExactly(0, 1, 2);
  }

  @Test
  void flagsSayWhatIsAskedFor() {
    stream(
        " --seconds 0.3 --fps 10 --seed 7 --labels two,1 --speed 0 --encoding raw"
            + " --slow-client block");

    assertThat(requested().getFrameCount()).isEqualTo(3);
    assertThat(requested().getStart().getSeed()).isEqualTo(7);
    assertThat(requested().getStart().getLabel()).isEqualTo(2);
    assertThat(requested().getWalk().hasSpeed()).isTrue();
    assertThat(requested().getWalk().getLabelsList()).containsExactly(2, 1);
    assertThat(requested().getEncoding()).isEqualTo(Encoding.ENCODING_RAW);
    assertThat(requested().getSlowClient()).isEqualTo(SlowClient.SLOW_CLIENT_BLOCK);
  }

  @Test
  void flagsSayInWhichFormImagesTravel() {
    stream(" --encoding webp --width 640 --height 480 --quality 90");

    assertThat(requested().getEncoding()).isEqualTo(Encoding.ENCODING_WEBP);
    assertThat(requested().getWidth()).isEqualTo(640);
    assertThat(requested().getHeight()).isEqualTo(480);
    assertThat(requested().getQuality()).isEqualTo(90);
  }

  @Test
  void figuresAndPicturesAreKept() throws IOException {
    CommandRun run = stream(" --frames 4 --save FOLDER/walk.gif --json FOLDER/stream.json");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("saved       " + folder.resolve("walk.gif"));
    assertThat(folder.resolve("walk.gif")).isNotEmptyFile();
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("stream.json"))).getAsJsonObject();
    assertThat(json.get("frames_received").getAsLong()).isEqualTo(4);
    assertThat(json.get("frames_dropped").getAsLong()).isZero();
    assertThat(json.keySet())
        .contains(
            "lateness_min_ms",
            "lateness_p50_ms",
            "lateness_p99_ms",
            "lateness_max_ms",
            "on_time_share");
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void framesThatTheServerDroppedAreCounted() {
    server.pass(3);

    CommandRun run = stream(" --frames 10");

    assertThat(run.out()).contains("frames      7 of 10").contains("dropped     3; missing 3");
  }

  @Test
  void aStreamThatFailsTellsWhatCameAndKeepsIt() {
    server.failingAt(3, Status.UNAVAILABLE.withDescription("the server is draining"));

    CommandRun run = stream(" --frames 10 --save FOLDER/walk.gif");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines()).containsExactly("retort: the server is draining");
    assertThat(run.out())
        .contains("frames      3 of 10")
        .contains("ended       failed; frames asked for: 10")
        .contains("missing 7")
        .contains("saved       ");
    assertThat(folder.resolve("walk.gif")).isNotEmptyFile();
  }

  @Test
  void picturesThatCannotBeSavedLeaveTheMeasurements() throws IOException {
    // As many channels as no picture has.
    server.sending(image -> image.toBuilder().setChannels(2).build());

    CommandRun run = stream(" --frames 3 --save FOLDER/walk.gif --json FOLDER/stream.json");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines())
        .containsExactly(
            "retort: the server sent an image of 2 channels, but a picture has 1 or 3");
    assertThat(run.out()).contains("ended       failed").doesNotContain("saved");
    assertThat(folder.toFile().list()).containsExactly("stream.json");
  }

  @Test
  void aFolderOfFramesIsMadeForTheFirstFrame() {
    server.failingAt(0, Status.UNAVAILABLE.withDescription("the server is draining"));
    stream(" --frames 2 --save FOLDER/frames");
    assertThat(folder.resolve("frames")).doesNotExist();

    server.failingAt(9, Status.OK);
    stream(" --frames 2 --save FOLDER/frames");
    assertThat(folder.resolve("frames").toFile().list()).hasSize(2);
  }

  @Test
  void framesOfAnEarlierStreamAreNotMixedWithThese() {
    stream(" --frames 5 --save FOLDER/frames");

    CommandRun second = stream(" --frames 2 --save FOLDER/frames");

    assertThat(second.code()).isEqualTo(2);
    assertThat(second.err())
        .contains(folder.resolve("frames") + " but that folder holds frame-*.png of an earlier");
    assertThat(folder.resolve("frames").toFile().list()).hasSize(5);
  }

  @Test
  void aSeedMayBeTypedWithoutASign() {
    stream(" --frames 1 --seed 18446744073709551615");

    assertThat(requested().getStart().getSeed()).isEqualTo(-1);
  }

  @Test
  void aStreamThatIsRefusedIsOneSentenceAndNoFile() throws IOException {
    server.failingAt(
        0, Status.RESOURCE_EXHAUSTED.withDescription("12 frames a second are left; ask for less"));

    CommandRun run = stream(" --save FOLDER/walk.gif --json FOLDER/stream.json");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .containsExactly("retort: 12 frames a second are left; ask for less");
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void aStreamThatIsToldToEndTellsWhatCameAndKeepsIt() throws IOException, InterruptedException {
    server.silentFrom(3);
    Path gif = folder.resolve("walk.gif");
    CommandProcess stream =
        CommandProcess.start("stream", "--server", server.address(), "--save", gif.toString());
    for (int i = 0; i < 3; i++) {
      server.sent().take();
    }
    // A picture is written when the frame after it has been taken.
    stream.await(folder.resolve("walk.gif.part"));

    String output = stream.terminate();

    assertThat(output)
        .containsPattern("frames      [23] of [23]")
        .contains("ended       interrupted; frames asked for: 100")
        .contains("saved       " + gif);
    assertThat(gif).isNotEmptyFile();
  }
}

package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Status;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.clients.FakeServer;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.Model;
import retort.v1.Origin;

class GenerateCommandTest {
  /** Between images of a grid and around them. */
  private static final int GAP = 2;

  @TempDir private Path folder = Path.of("");

  private final FakeServer server;

  GenerateCommandTest() throws IOException {
    server = FakeServer.onPort();
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  private CommandRun generate(String flags) {
    return CommandRun.of(
        ("generate --server " + server.address() + " " + flags)
            .replace("FOLDER", folder.toString())
            .split(" "));
  }

  private static int grey(BufferedImage image, int x, int y) {
    return image.getRaster().getSample(x, y, 0);
  }

  @Test
  void flagsSayInWhichFormImagesTravel() {
    generate("--images 5 --encoding jpeg --width 2 --height 3 --quality 90 --out FOLDER/a.png");

    GenerateRequest request = server.requests().get(0);
    assertThat(request.getOriginsCount()).isEqualTo(5);
    assertThat(request.getEncoding()).isEqualTo(Encoding.ENCODING_JPEG);
    assertThat(request.getWidth()).isEqualTo(2);
    assertThat(request.getHeight()).isEqualTo(3);
    assertThat(request.getQuality()).isEqualTo(90);
  }

  @Test
  void largeImagesAreAskedForInSmallerRequests() {
    generate("--images 5 --encoding webp --width 1024 --height 600 --out FOLDER/a.png");

    // Grey in WebP counts as three channels, and 4 MiB less 64 KiB hold two such images. Requests
    // overtake one another.
    assertThat(server.requests())
        .extracting(GenerateRequest::getOriginsCount)
        .isSubsetOf(1, 2)
        .contains(2);
  }

  @Test
  void aGridShowsSeedsInRowsAndLabelsInTurn() throws IOException {
    CommandRun run = generate("--images 5 --seed 3 --columns 2 --scale 3 --out FOLDER/grid.png");

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    BufferedImage grid = ImageIO.read(folder.resolve("grid.png").toFile());
    int cell = 3 * FakeServer.SIDE + GAP;
    assertThat(grid.getWidth()).isEqualTo(2 * cell + GAP);
    assertThat(grid.getHeight()).isEqualTo(3 * cell + GAP);
    for (int i = 0; i < 5; i++) {
      int expected = FakeServer.grey(Origin.newBuilder().setSeed(3 + i).setLabel(i % 3).build());
      int x = GAP + i % 2 * cell;
      int y = GAP + i / 2 * cell;
      assertThat(grey(grid, x, y)).as("image " + i).isEqualTo(expected);
      assertThat(grey(grid, x + cell - GAP - 1, y + cell - GAP - 1)).isEqualTo(expected);
    }
    assertThat(grey(grid, 0, 0)).isEqualTo(128);
    assertThat(grey(grid, GAP + cell, GAP + 2 * cell)).isEqualTo(128);
  }

  @Test
  void itTellsHowFastAndWhere() {
    CommandRun run = generate("--images 2 --out FOLDER/grid.png --folder FOLDER/single");

    assertThat(run.out())
        .matches(
            "(?s)2 images in \\d+\\.\\d\\d s, \\d+\\.\\d a second: .*grid.png and .*single\\s+");
  }

  @Test
  void aFolderHoldsAFileForEachSeed() throws IOException {
    CommandRun run = generate("--images 2 --seed -1 --labels two --folder FOLDER/new/one");

    assertThat(run.err()).isEmpty();
    Path negative = folder.resolve("new/one/image--1.png");
    assertThat(negative).exists();
    BufferedImage second = ImageIO.read(folder.resolve("new/one/image-0.png").toFile());
    assertThat(second.getWidth()).isEqualTo(FakeServer.SIDE);
    assertThat(grey(second, 0, 0)).isEqualTo(40);
  }

  @Test
  void aFileIsNamedByTheSeedAsItWasTyped() {
    generate("--images 2 --seed 18446744073709551615 --folder FOLDER/one");

    assertThat(server.requests().get(0).getOrigins(0).getSeed()).isEqualTo(-1);
    assertThat(folder.resolve("one").toFile().list())
        .containsExactlyInAnyOrder("image-18446744073709551615.png", "image-0.png");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void anAnswerOfAnotherNumberOfImagesIsRefused(int extra) {
    server.withExtraImages(extra);

    CommandRun run = generate("--images 3 --out FOLDER/grid.png");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("the server sent " + (3 + extra) + " images where 3 were asked for");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--images 65536 --columns 256 --scale 30 --out FOLDER/grid.png",
    "--images 65536 --columns 2147483647 --scale 64 --out FOLDER/grid.png"
  })
  void aSheetThatIsTooLargeIsRefusedBeforeAnyImageIsMade(String flags) {
    CommandRun run = generate(flags);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("65536 images at --scale").contains("fewer --images");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aFolderThatIsAFileIsRefusedBeforeAnyImageIsMade() throws IOException {
    Files.writeString(folder.resolve("file"), "");

    CommandRun run = generate("--images 1 --folder FOLDER/file");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("cannot be made a folder");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void anAnswerMayTakeAsLongAsTheFlagSays() {
    server.failingAt(0, Status.OK);

    CommandRun run = generate("--images 1 --timeout 0.5 --out FOLDER/grid.png");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("did not answer in time").contains("--timeout");
  }

  @Test
  void aHostThatIsNotKnownIsOneSentence() throws IOException, InterruptedException {
    // A name too long for any name service to be asked.
    String host = "x".repeat(64) + ".invalid:1";

    String output =
        CommandProcess.start(
                "generate", "--server", host, "--out", folder.resolve("a.png").toString())
            .output();

    // A library of the tests brings SLF4J, which says that it has nowhere to log to.
    assertThat(output.lines())
        .filteredOn(line -> !line.startsWith("SLF4J"))
        .singleElement()
        .asString()
        .startsWith("retort: no Retort server answers at " + host);
  }

  @Test
  void labelsAreNamesOrNumbers() {
    generate("--images 4 --labels 1,two --out FOLDER/grid.png");

    assertThat(server.requests().get(0).getOriginsList())
        .extracting(Origin::getLabel)
        .containsExactly(1, 2, 1, 2);
  }

  @Test
  void aModelWithoutLabelsIsAskedWithoutThem() {
    server.holding(FakeServer.model("faces"));

    CommandRun run = generate("--images 1 --out FOLDER/grid.png");

    assertThat(run.code()).isZero();
    assertThat(server.requests().get(0).getOrigins(0).hasLabel()).isFalse();
  }

  @Test
  void aRequestThatIsTooMuchForTheQueueIsHalved() {
    server.withRoomFor(10);

    CommandRun run = generate("--images 40 --out FOLDER/grid.png");

    assertThat(run.err()).isEmpty();
    assertThat(server.requests())
        .extracting(GenerateRequest::getOriginsCount)
        .containsExactly(40, 20, 10, 10, 10, 10);
  }

  @Test
  void morePicturesGoOnFromANumberWithTheirSeedsAndLabels() {
    CommandRun run = generate("--images 2 --first 4 --seed 10 --folder FOLDER/one");

    assertThat(run.code()).isZero();
    assertThat(server.requests().get(0).getOriginsList())
        .extracting(Origin::getSeed, Origin::getLabel)
        .containsExactly(tuple(14L, 1), tuple(15L, 2));
    assertThat(folder.resolve("one").toFile().list())
        .containsExactlyInAnyOrder("image-14.png", "image-15.png");
  }

  @Test
  void bytesGoToStandardOutputAfterALineThatTellsThem() throws IOException, InterruptedException {
    int side = FakeServer.SIDE;

    // Of the command alone: what its libraries say goes to standard error.
    byte[] output =
        CommandProcess.bytes(
            "generate",
            "--server",
            server.address(),
            "--first",
            "1",
            "--images",
            "200",
            "--seed",
            "3",
            "--out",
            "-");

    int end = 0;
    while (output[end] != '\n') {
      end++;
    }
    JsonObject line =
        JsonParser.parseString(new String(output, 0, end, StandardCharsets.UTF_8))
            .getAsJsonObject();
    assertThat(line.get("model").getAsString()).isEqualTo("digits");
    assertThat(line.get("seed").getAsLong()).isEqualTo(3);
    assertThat(line.get("first").getAsInt()).isEqualTo(1);
    assertThat(line.get("images").getAsInt()).isEqualTo(200);
    assertThat(line.get("labels")).hasToString("[0,1,2]");
    assertThat(output).hasSize(end + 1 + 200 * side * side);
    for (int i = 0; i < 200; i++) {
      Origin origin = Origin.newBuilder().setSeed(4 + i).setLabel((1 + i) % 3).build();
      assertThat(Byte.toUnsignedInt(output[end + 1 + i * side * side]))
          .isEqualTo(FakeServer.grey(origin));
    }
    assertThat(server.requests()).extracting(GenerateRequest::getOriginsCount).contains(64);
  }

  @Test
  void noImagesTellTheModelAlone() throws IOException, InterruptedException {
    byte[] output =
        CommandProcess.bytes(
            "generate", "--server", server.address(), "--images", "0", "--out", "-");

    assertThat(new String(output, StandardCharsets.UTF_8))
        .startsWith("{\"model\":")
        .endsWith("}\n");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void requestsInFlightGiveWayWhenTheServerIsFull() {
    server.withRoomFor(60);

    CommandRun run = generate("--images 200 --columns 20 --out FOLDER/grid.png");

    assertThat(run.err()).isEmpty();
    assertThat(server.requests().stream().filter(r -> r.getOriginsCount() <= 60))
        .extracting(GenerateRequest::getOriginsCount)
        .containsExactly(32, 32, 32, 32, 32, 32, 8);
  }

  @Test
  void aGridThatCannotBeMadeLeavesTheOldOne() throws IOException {
    Path out = folder.resolve("grid.png");
    Files.writeString(out, "an older grid");
    server.failingAt(0, Status.INTERNAL.withDescription("the session was lost"));

    CommandRun run = generate("--images 3 --out FOLDER/grid.png");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines()).containsExactly("retort: the session was lost");
    assertThat(out).hasContent("an older grid");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void aModelMustBeChosenWhereThereAreSeveral() {
    server.holding(FakeServer.model("cats"), FakeServer.model("dogs"));

    assertThat(generate("--out FOLDER/grid.png").err())
        .contains("holds cats, dogs; name one of them");
    assertThat(generate("--model cows --out FOLDER/grid.png").err())
        .contains("the model is to be cows but the server at")
        .contains("holds cats, dogs; name one");
    assertThat(generate("--model dogs --out FOLDER/grid.png").code()).isZero();
  }

  @Test
  void aModelThatIsNotReadySaysWhy() {
    Model broken =
        FakeServer.model("cats").toBuilder()
            .setState(Model.State.STATE_FAILED)
            .setMessage("sample 3 is 0.5 off")
            .build();
    server.holding(broken);

    assertThat(generate("--out FOLDER/grid.png").err())
        .contains("is not ready: sample 3 is 0.5 off");
  }

  @Test
  void anEmptyServerSaysWhatToDo() {
    server.holding();

    assertThat(generate("--out FOLDER/grid.png").err().lines().toList())
        .isEqualTo(
            List.of(
                "retort: the server at "
                    + server.address()
                    + " holds no model; put one in the folder it serves"));
  }
}

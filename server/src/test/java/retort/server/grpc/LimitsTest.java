package retort.server.grpc;

import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.LoggedUpdate;
import retort.v1.Origin;
import retort.v1.ReplayRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;
import retort.v1.Walk;

/** Every limit of the protocol: the status, and a sentence with field, value and limit. */
class LimitsTest {
  @TempDir private static Path folder;
  private static Served served;

  @BeforeAll
  static void serve() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    new TinyGenerator(1, 0, true).write(folder.resolve("plain.onnx"));
    Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3});
    served = Served.folder(folder, 1);
  }

  @AfterAll
  static void close() {
    served.close();
  }

  private static void generate(
      Status.Code code, Consumer<GenerateRequest.Builder> change, String... words) {
    GenerateRequest.Builder request =
        GenerateRequest.newBuilder().setModel("tiny").addOrigins(Origin.getDefaultInstance());
    change.accept(request);
    Served.fails(code, () -> served.ask().generate(request.build()), words);
  }

  private static void stream(
      Status.Code code, Consumer<StreamRequest.Builder> change, String... words) {
    StreamRequest.Builder request =
        StreamRequest.newBuilder().setModel("tiny").setFps(100).setFrameCount(1);
    change.accept(request);
    Served.fails(
        code, () -> served.ask().stream(request.build()).forEachRemaining(frame -> {}), words);
  }

  private static void origin(Consumer<Origin.Builder> change, String... words) {
    Origin.Builder origin = Origin.newBuilder();
    change.accept(origin);
    generate(INVALID_ARGUMENT, request -> request.addOrigins(origin), words);
  }

  @Test
  void unknownModel() {
    generate(NOT_FOUND, request -> request.setModel("cats"), "'cats'", "broken, plain, tiny");
    stream(NOT_FOUND, request -> request.setModel("cats"), "'cats'", "broken, plain, tiny");
  }

  @Test
  void noModelNamedWhereSeveralAreHeld() {
    generate(INVALID_ARGUMENT, GenerateRequest.Builder::clearModel, "broken, plain, tiny");
    stream(INVALID_ARGUMENT, StreamRequest.Builder::clearModel, "broken, plain, tiny");
  }

  @Test
  void failedModel() {
    generate(UNAVAILABLE, request -> request.setModel("broken"), "'broken'", "refuses it");
  }

  @Test
  void numberOfOrigins() {
    generate(INVALID_ARGUMENT, GenerateRequest.Builder::clearOrigins, "origins has 0", "1 to 256");
    generate(
        INVALID_ARGUMENT,
        request -> request.addAllOrigins(Collections.nCopies(256, Origin.getDefaultInstance())),
        "origins has 257",
        "1 to 256");
  }

  @Test
  void moreOriginsThanTheQueueHolds() {
    try (Served small = Served.one(RecordingGenerator.shut(1), 2)) {
      Served.fails(
          INVALID_ARGUMENT,
          () ->
              small
                  .ask()
                  .generate(
                      GenerateRequest.newBuilder()
                          .addAllOrigins(Collections.nCopies(3, Origin.getDefaultInstance()))
                          .build()),
          "origins has 3",
          "holds 2");
    }
  }

  @Test
  void imagesThatFillMoreThanAMessage() {
    RecordingGenerator large = RecordingGenerator.open(new ImageShape(3, 128, 128));
    try (Served held = Served.one(large, 256)) {
      List<Origin> most = Collections.nCopies(84, Origin.getDefaultInstance());
      GenerateRequest.Builder request =
          GenerateRequest.newBuilder().setEncoding(Encoding.ENCODING_RAW).addAllOrigins(most);

      assertThat(held.ask().generate(request.build()).getSerializedSize()).isLessThan(4 << 20);
      Served.fails(
          INVALID_ARGUMENT,
          () -> held.ask().generate(request.addOrigins(Origin.getDefaultInstance()).build()),
          "origins has 85",
          "4177920 bytes",
          "at most 4128768");
    }
  }

  @Test
  void longNamesAreCutInMessages() {
    generate(
        NOT_FOUND,
        request -> request.setModel("\u00e9".repeat(5000)),
        "'" + "\u00e9".repeat(100) + "...'",
        "broken, plain, tiny");
  }

  @Test
  void labels() {
    origin(o -> o.setLabel(3), "origins[1].label is 3", "3 labels, numbered from 0");
    origin(o -> o.setLabel(-1), "origins[1].label is 4294967295");
    origin(o -> o.setLabel(0).setNextLabel(9), "origins[1].next_label is 9");
    generate(
        INVALID_ARGUMENT,
        request -> request.setModel("plain").addOrigins(Origin.newBuilder().setLabel(0)),
        "origins[1].label is 0",
        "no labels");
    stream(
        INVALID_ARGUMENT,
        request -> request.setModel("plain").setStart(Origin.newBuilder().setLabel(0)),
        "start.label is 0",
        "no labels");
    stream(
        INVALID_ARGUMENT,
        request -> request.setWalk(Walk.newBuilder().addLabels(0).addLabels(3)),
        "walk.labels[1] is 3");
    stream(
        INVALID_ARGUMENT,
        request -> request.setWalk(Walk.newBuilder().addAllLabels(Collections.nCopies(257, 0))),
        "walk.labels has 257",
        "at most 256");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, -0.1, 2, Double.NaN, Double.POSITIVE_INFINITY})
  void blend(double blend) {
    origin(o -> o.setBlend(blend), "origins[1].blend is " + blend, "below 1");
  }

  @Test
  void encoding() {
    generate(INVALID_ARGUMENT, request -> request.setEncodingValue(7), "encoding is 7");
    stream(INVALID_ARGUMENT, request -> request.setEncodingValue(7), "encoding is 7");
  }

  @ParameterizedTest
  @ValueSource(ints = {4097, -1})
  void size(int side) {
    String number = Integer.toUnsignedString(side);
    generate(INVALID_ARGUMENT, request -> request.setWidth(side), "width is " + number, "4096");
    generate(INVALID_ARGUMENT, request -> request.setHeight(side), "height is " + number, "4096");
    stream(INVALID_ARGUMENT, request -> request.setWidth(side), "width is " + number, "4096");
    stream(INVALID_ARGUMENT, request -> request.setHeight(side), "height is " + number, "4096");
  }

  @Test
  void sizeThatFillsMoreThanAMessage() {
    generate(
        INVALID_ARGUMENT,
        request -> request.setWidth(4096).setHeight(1009),
        "width is 4096 and height 1009",
        "4132864 bytes",
        "4128768");
    stream(
        INVALID_ARGUMENT,
        request -> request.setWidth(4096).setHeight(1009),
        "width is 4096 and height 1009");
  }

  @Test
  void imagesThatFillMoreThanAMessageOnceScaled() {
    generate(
        INVALID_ARGUMENT,
        request -> request.setWidth(2048).setHeight(2016).addOrigins(Origin.getDefaultInstance()),
        "origins has 2 entries",
        "8257536 bytes");
    generate(
        INVALID_ARGUMENT,
        request -> request.setWidth(2048).setHeight(2016).setEncoding(Encoding.ENCODING_JPEG),
        "origins has 1 entries",
        "12386304 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {101, -1})
  void quality(int quality) {
    String number = Integer.toUnsignedString(quality);
    generate(INVALID_ARGUMENT, request -> request.setQuality(quality), "quality is " + number);
    stream(INVALID_ARGUMENT, request -> request.setQuality(quality), "quality is " + number);
  }

  @Test
  void slowClient() {
    stream(INVALID_ARGUMENT, request -> request.setSlowClientValue(7), "slow_client is 7");
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -1, 1e-307, 0.009, 240.5, 10_000, Double.NaN, Double.POSITIVE_INFINITY})
  void fps(double fps) {
    stream(INVALID_ARGUMENT, request -> request.setFps(fps), "fps is " + fps, "0.01 to 240");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 241, Double.NaN, Double.POSITIVE_INFINITY})
  void speed(double speed) {
    stream(
        INVALID_ARGUMENT,
        request -> request.setWalk(Walk.newBuilder().setSpeed(speed)),
        "walk.speed is " + speed,
        "0 to 240");
  }

  @Test
  void startBetweenKeyframes() {
    stream(
        INVALID_ARGUMENT,
        request -> request.setStart(Origin.newBuilder().setBlend(0.5)),
        "start.blend");
    stream(
        INVALID_ARGUMENT,
        request -> request.setStart(Origin.newBuilder().setLabel(0).setNextLabel(1)),
        "start.next_label");
  }

  private static void replay(Consumer<ReplayRequest.Builder> change, String... words) {
    ReplayRequest.Builder request =
        ReplayRequest.newBuilder()
            .setStart(StreamRequest.newBuilder().setModel("tiny").setFps(100))
            .setCount(1);
    change.accept(request);
    Served.fails(
        INVALID_ARGUMENT,
        () -> served.ask().replay(request.build()).forEachRemaining(frame -> {}),
        words);
  }

  private static LoggedUpdate logged(long index, StreamUpdate.Builder update) {
    return LoggedUpdate.newBuilder().setIndex(index).setUpdate(update).build();
  }

  @Test
  void replays() {
    replay(ReplayRequest.Builder::clearCount, "count is 0", "1 to 100000");
    replay(request -> request.setCount(100_001), "count is 100001");
    replay(request -> request.setCount(-1), "count is 18446744073709551615");
    replay(request -> request.setFirstIndex(-1), "first_index is 18446744073709551615");
    replay(request -> request.clearStart(), "model is empty");
    replay(
        request ->
            request
                .addUpdates(logged(9, StreamUpdate.newBuilder().setSeed(1)))
                .addUpdates(logged(8, StreamUpdate.newBuilder().setSeed(1))),
        "updates[1].index is 8",
        "9 to");
    replay(
        request -> request.addUpdates(logged(9, StreamUpdate.newBuilder().setLabel(5))),
        "updates[0].update.label is 5",
        "3 labels");
    replay(
        request ->
            request.addAllUpdates(Collections.nCopies(4097, logged(0, StreamUpdate.newBuilder()))),
        "updates has 4097",
        "at most 4096");
  }

  @Test
  void transitions() {
    origin(o -> o.setArrival(0.5), "origins[1].arrival is 0.5", "absent where from_origin is");
    origin(
        o -> o.setArrival(1).setFromOrigin(Origin.getDefaultInstance()),
        "origins[1].arrival is 1.0",
        "below 1");
    origin(
        o -> o.setFromOrigin(Origin.newBuilder().setLabel(7)), "origins[1].from_origin.label is 7");
    Origin nested = Origin.getDefaultInstance();
    for (int i = 0; i < 8; i++) {
      nested = Origin.newBuilder().setFromOrigin(nested).setArrival(0.5).build();
    }
    Origin deepest = nested;
    assertThat(
            served
                .ask()
                .generate(GenerateRequest.newBuilder().setModel("tiny").addOrigins(deepest).build())
                .getImagesCount())
        .isEqualTo(1);
    origin(o -> o.setFromOrigin(deepest), "nested deeper than the 8 levels");
    stream(
        INVALID_ARGUMENT,
        request -> request.setStart(Origin.newBuilder().setFromOrigin(deepest)),
        "start.from_origin");
  }

  @Test
  void sizes() {
    generate(INVALID_ARGUMENT, request -> request.setWidth(4097), "width is 4097", "4096");
    generate(INVALID_ARGUMENT, request -> request.setHeight(-1), "height is 4294967295");
    generate(INVALID_ARGUMENT, request -> request.setQuality(101), "quality is 101", "100");
    generate(
        INVALID_ARGUMENT,
        request -> request.setWidth(4096).setHeight(4096),
        "width is 4096 and height 4096",
        "at most 4128768");
    stream(INVALID_ARGUMENT, request -> request.setWidth(4097), "width is 4097", "4096");
  }
}

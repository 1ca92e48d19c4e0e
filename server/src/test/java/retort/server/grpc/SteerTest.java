package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.LoggedUpdate;
import retort.v1.Origin;
import retort.v1.RejectedUpdate;
import retort.v1.ReplayRequest;
import retort.v1.SlowClient;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;
import retort.v1.Walk;

/** Steer and Replay over the wire. */
class SteerTest {
  private static final StreamRequest WALK =
      StreamRequest.newBuilder()
          .setStart(Origin.newBuilder().setSeed(5).setLabel(0))
          .setFps(100)
          .setEncoding(Encoding.ENCODING_RAW)
          .setWalk(Walk.newBuilder().setSpeed(13))
          .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
          .build();

  @TempDir private Path folder;

  @BeforeEach
  void write() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
  }

  private static StreamUpdate.Builder update(long id) {
    return StreamUpdate.newBuilder().setUpdateId(id);
  }

  /** Frames of a stream that is changed in all ways, and the log of its updates. */
  private static List<Frame> steered(Served served, List<LoggedUpdate> log) throws Exception {
    Steered client = new Steered(served).start(WALK);
    List<Frame> frames = new ArrayList<>(List.of(client.next()));
    List<StreamUpdate.Builder> updates =
        List.of(
            update(1).setSeed(-9).setTransitionFrames(5),
            update(2).setLabel(2).setSpeed(40),
            update(3).setFps(50).setTransitionFrames(3),
            update(4).setSeed(77),
            update(5).setEncoding(Encoding.ENCODING_PNG));
    for (StreamUpdate.Builder update : updates) {
      client.update(update);
      Frame frame = client.next();
      while (frame.getAppliedUpdate() != update.getUpdateId()) {
        frames.add(frame);
        frame = client.next();
      }
      frames.add(frame);
      log.add(LoggedUpdate.newBuilder().setIndex(frame.getIndex()).setUpdate(update).build());
    }
    frames.add(client.next());
    client.requests.onError(Status.CANCELLED.asRuntimeException());
    return frames;
  }

  @Test
  void framesOfASteeredStreamAreWhatGenerateMakesOfTheirOrigins() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      List<Frame> frames = steered(served, new ArrayList<>());

      assertThat(frames).anyMatch(frame -> frame.getOrigin().hasFromOrigin());
      for (Frame frame : frames) {
        GenerateRequest again =
            GenerateRequest.newBuilder()
                .addOrigins(frame.getOrigin())
                .setEncoding(frame.getImage().getEncoding())
                .build();
        assertThat(served.ask().generate(again).getImages(0).getImage())
            .isEqualTo(frame.getImage());
      }
    }
  }

  @Test
  void replayMakesTheSameFramesFromAnyIndex() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      List<LoggedUpdate> log = new ArrayList<>();
      List<Frame> frames = steered(served, log);
      int from = frames.size() / 2;

      List<Frame> replayed = new ArrayList<>();
      served
          .ask()
          .replay(
              ReplayRequest.newBuilder()
                  .setStart(WALK)
                  .addAllUpdates(log)
                  .setFirstIndex(from)
                  .setCount(frames.size() - from)
                  .build())
          .forEachRemaining(replayed::add);

      assertThat(replayed).hasSize(frames.size() - from);
      for (int i = 0; i < replayed.size(); i++) {
        Frame expected = frames.get(from + i);
        assertThat(replayed.get(i).getIndex()).isEqualTo(expected.getIndex());
        assertThat(replayed.get(i).getOrigin()).isEqualTo(expected.getOrigin());
        assertThat(replayed.get(i).getImage()).isEqualTo(expected.getImage());
        assertThat(replayed.get(i).getAppliedUpdate()).isEqualTo(expected.getAppliedUpdate());
        assertThat(replayed.get(i).getResumeToken()).isEqualTo(expected.getResumeToken());
      }
    }
  }

  @Test
  void tokenInTheMiddleOfATransitionGoesOnByteForByte() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      List<LoggedUpdate> log = new ArrayList<>();
      List<Frame> frames = steered(served, log);
      int middle = (int) log.get(0).getIndex();

      List<Frame> rest = new ArrayList<>();
      served
          .ask()
          .replay(
              ReplayRequest.newBuilder()
                  .setStart(
                      StreamRequest.newBuilder()
                          .setResumeToken(frames.get(middle).getResumeToken()))
                  .addAllUpdates(log.subList(1, log.size()))
                  .setFirstIndex(middle + 1)
                  .setCount(frames.size() - middle - 1)
                  .build())
          .forEachRemaining(rest::add);

      assertThat(frames.get(middle + 1).getOrigin().hasFromOrigin()).isTrue();
      assertThat(rest)
          .extracting(Frame::getImage)
          .isEqualTo(
              frames.subList(middle + 1, frames.size()).stream().map(Frame::getImage).toList());
    }
  }

  @Test
  void wrongUpdateChangesNothingAndALaterFrameSaysWhy() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      Steered client = new Steered(served).start(WALK);
      client.next();
      client.update(update(2).setSeed(1000).setLabel(3));
      client.update(update(2).setSeed(1000));
      client.update(update(3).setFps(0));
      client.update(update(4).setSpeed(-1));
      client.update(update(5).setWidth(8));
      client.update(update(6).setWidth(4000).setHeight(4000));
      client.update(update(7).setStep(1));
      client.update(update(8).setFromIndex(9).setPaused(true));
      client.update(update(9).setTransitionFrames(100_001));
      client.update(update(10).setEncodingValue(99));
      client.update(update(11).setQuality(101));
      client.update(update(12).setLabel(1));

      List<RejectedUpdate> rejected = new ArrayList<>();
      Frame frame = client.next();
      while (frame.getAppliedUpdate() != 12) {
        rejected.addAll(frame.getRejectedUpdatesList());
        frame = client.next();
      }
      rejected.addAll(frame.getRejectedUpdatesList());

      assertThat(rejected)
          .extracting(RejectedUpdate::getUpdateId)
          .containsExactly(2L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
      assertThat(rejected)
          .extracting(each -> each.getReason().toLowerCase(Locale.ROOT))
          .satisfiesExactly(
              reason -> assertThat(reason).contains("label is 3", "3 labels"),
              reason -> assertThat(reason).contains("update_id is 2", "above 2"),
              reason -> assertThat(reason).contains("fps is 0.0", "0.01 to 240"),
              reason -> assertThat(reason).contains("speed is -1.0", "0 to 240"),
              reason -> assertThat(reason).contains("width and height", "together"),
              reason -> assertThat(reason).contains("width is 4000", "at most 4128768"),
              reason -> assertThat(reason).contains("step is 1", "not paused"),
              reason -> assertThat(reason).contains("from_index", "paused and step"),
              reason -> assertThat(reason).contains("transition_frames is 100001", "100000"),
              reason -> assertThat(reason).contains("encoding is 99"),
              reason -> assertThat(reason).contains("quality is 101", "at most 100"));
      assertThat(frame.getOrigin().getSeed()).isLessThan(1000);
      assertThat(frame.getOrigin().getLabel()).isEqualTo(1);
      client.requests.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  @Test
  void theLastOfAThousandRapidUpdatesIsShown() throws Exception {
    RecordingGenerator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));
    try (Served served = Served.overTheLoopback(generator, 8)) {
      Steered client = new Steered(served).start(StreamRequest.newBuilder().setFps(100).build());
      for (int id = 1; id <= 1000; id++) {
        client.update(update(id).setSeed(1_000_000L * id).setSpeed(0));
      }

      assertThat(client.applied(1000).getOrigin().getSeed()).isEqualTo(1_000_000_000L);
      client.requests.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  @Test
  void streamGoesOnAfterItsClientHasSentAll() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      Steered client = new Steered(served).start(WALK.toBuilder().setFrameCount(20).build());
      client.requests.onCompleted();

      assertThat(client.end.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(client.frames).hasSize(20);
    }
  }

  @Test
  void pausedStreamStandsUntilItIsToldToStep() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      Steered client = new Steered(served).start(WALK.toBuilder().setFrameCount(6).build());
      client.update(update(1).setPaused(true));
      client.update(update(2).setLabel(2).setStep(1));
      Frame shown = client.applied(2);
      client.update(update(3).setPaused(false));

      assertThat(shown.getOrigin().getLabel()).isEqualTo(2);
      assertThat(client.end.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void theFirstMessageStartsTheStreamAndLaterOnesChangeIt() throws Exception {
    try (Served served = Served.folder(folder, 1)) {
      Steered none = new Steered(served);
      none.update(update(1));
      fails(none, Status.Code.INVALID_ARGUMENT, "first message holds no start");

      Steered silent = new Steered(served);
      silent.requests.onCompleted();
      fails(silent, Status.Code.INVALID_ARGUMENT, "without a message");

      Steered twice = new Steered(served).start(WALK).start(WALK);
      fails(twice, Status.Code.INVALID_ARGUMENT, "holds no update");

      Steered empty = new Steered(served).start(WALK);
      empty.requests.onNext(SteerRequest.getDefaultInstance());
      fails(empty, Status.Code.INVALID_ARGUMENT, "holds no update");

      Steered wrong = new Steered(served).start(WALK.toBuilder().setFps(1000).build());
      fails(wrong, Status.Code.INVALID_ARGUMENT, "fps is 1000");

      Steered lost = new Steered(served).start(WALK.toBuilder().setModel("cats").build());
      fails(lost, Status.Code.NOT_FOUND, "'cats'");
    }
  }

  private static void fails(Steered client, Status.Code code, String words) {
    Served.fails(
        code,
        () -> {
          try {
            client.end.get(10, TimeUnit.SECONDS);
          } catch (ExecutionException e) {
            throw e.getCause();
          }
        },
        words);
  }

  @Test
  void steeredStreamsCountAsStreams() throws Exception {
    try (Served served = Served.one(RecordingGenerator.open(new ImageShape(1, 2, 2)), 8, 1)) {
      Steered first = new Steered(served);
      Steered second = new Steered(served);

      fails(second, Status.Code.RESOURCE_EXHAUSTED, "1 streams open");
      first.requests.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  @Test
  void drainEndsASteeredStreamWithAToken() throws Exception {
    Served served = Served.one(RecordingGenerator.open(new ImageShape(1, 2, 2)), 8);
    try (served) {
      Steered client = new Steered(served).start(StreamRequest.newBuilder().setFps(100).build());
      assertThat(client.next().getResumeToken()).isNotEmpty();
      served.server.drain(Duration.ofSeconds(10));

      fails(client, Status.Code.UNAVAILABLE, "draining");
    }
  }
}

package retort.server.grpc;

import static io.grpc.Status.Code.INTERNAL;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static io.grpc.Status.Code.UNAVAILABLE;
import static io.grpc.Status.Code.UNIMPLEMENTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.MetadataKeys;
import retort.server.FakeGenerator;
import retort.server.RecordingGenerator;
import retort.server.TinyGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Network;
import retort.server.repository.ModelFile;
import retort.server.repository.ModelRepository;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.Origin;
import retort.v1.RejectedUpdate;
import retort.v1.ReplayRequest;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/** Models that come, change and go while clients are served. */
class HotSwapTest {
  @TempDir private Path folder;
  private ModelRepository models;
  private Served served;

  @BeforeEach
  void serve() {
    write(TinyGenerator.USUAL, 1);
    models = Served.repository(folder, 1);
    served = Served.inProcess(models, new RetortServer.Size(2, 256, 256));
  }

  @AfterEach
  void close() {
    served.close();
  }

  /** Versions differ by a word in their metadata, and so in their digest. */
  private Path write(TinyGenerator generator, long version) {
    SortedMap<String, String> metadata = generator.card(0).metadata();
    metadata.put(MetadataKeys.LICENCE, "of version " + version);
    return generator.write(file(version), metadata);
  }

  private Path file(long version) {
    try {
      Path file = folder.resolve("tiny").resolve(version + "").resolve("model.onnx");
      Files.createDirectories(file.getParent());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String digest() {
    return models
        .model("tiny")
        .flatMap(retort.server.repository.Model::network)
        .map(Network::digest)
        .orElse("");
  }

  private Iterator<Frame> stream() {
    return served.ask().stream(
        StreamRequest.newBuilder()
            .setFps(200)
            .setEncoding(Encoding.ENCODING_RAW)
            .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
            .build());
  }

  private GenerateRequest image() {
    return GenerateRequest.newBuilder()
        .setModel("tiny")
        .addOrigins(Origin.newBuilder().setSeed(3).setLabel(1))
        .build();
  }

  private Model listed() {
    return served.ask().listModels(ListModelsRequest.getDefaultInstance()).getModels(0);
  }

  private ServingStatus health() {
    return HealthGrpc.newBlockingStub(served.channel)
        .check(HealthCheckRequest.newBuilder().setService("tiny").build())
        .getStatus();
  }

  @Test
  void streamMovesToANewVersionBetweenTwoFramesAndSaysSo() {
    String first = digest();
    Iterator<Frame> frames = stream();
    assertThat(frames.next().getModelDigest()).isEqualTo(first);
    assertThat(frames.next().getModelDigest()).isEmpty();
    write(TinyGenerator.USUAL, 2);

    models.load("tiny");

    String second = digest();
    assertThat(second).isNotEqualTo(first);
    long index = 1;
    String told = "";
    while (told.isEmpty()) {
      Frame frame = frames.next();
      assertThat(frame.getIndex()).isEqualTo(++index);
      assertThat(frame.getDropped()).isZero();
      told = frame.getModelDigest();
    }
    assertThat(told).isEqualTo(second);
    assertThat(frames.next().getModelDigest()).isEmpty();
    assertThat(served.ask().generate(image()).getModelDigest()).isEqualTo(second);
  }

  @Test
  void streamStaysWithItsVersionWhereTheNewOneMakesOtherImages() {
    Iterator<Frame> frames = stream();
    frames.next();
    write(new TinyGenerator(3, 3, true), 2);

    models.load("tiny");

    assertThat(listed().getVersion()).isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      Frame frame = frames.next();
      assertThat(frame.getModelDigest()).isEmpty();
      assertThat(frame.getImage().getChannels()).isEqualTo(1);
    }
    assertThat(served.ask().generate(image()).getImages(0).getImage().getChannels()).isEqualTo(3);
  }

  @Test
  void resumeTokenNamesTheVersionThatMadeItsFrame() {
    Iterator<Frame> frames = stream();
    frames.next();
    write(TinyGenerator.USUAL, 2);
    models.load("tiny");
    Frame frame = frames.next();
    while (frame.getModelDigest().isEmpty()) {
      frame = frames.next();
    }

    Frame next =
        served.ask().stream(
                StreamRequest.newBuilder().setResumeToken(frame.getResumeToken()).build())
            .next();

    assertThat(next.getIndex()).isEqualTo(frame.getIndex() + 1);
    assertThat(next.getModelDigest()).isEqualTo(frame.getModelDigest());
  }

  @Test
  void noCallFailsAndNoFrameIsLostOverManySwaps() throws Exception {
    Iterator<Frame> frames = stream();
    CompletableFuture<Integer> asked = new CompletableFuture<>();
    CompletableFuture<Void> enough = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try {
                int answers = 0;
                while (!enough.isDone()) {
                  answers += served.ask().generate(image()).getImagesCount();
                }
                asked.complete(answers);
              } catch (RuntimeException e) {
                asked.completeExceptionally(e);
              }
            });
    asking.start();

    long index = -1;
    for (int version = 2; version <= 20; version++) {
      write(TinyGenerator.USUAL, version);
      models.load("tiny");
      Frame frame = frames.next();
      while (!frame.getModelDigest().equals(digest())) {
        assertThat(frame.getIndex()).isEqualTo(++index);
        frame = frames.next();
      }
      assertThat(frame.getIndex()).isEqualTo(++index);
    }
    enough.complete(null);

    assertThat(asked.get()).isPositive();
    asking.join();
  }

  @Test
  void fileThatIsRefusedLeavesTheOldVersionServedAndIsListedWithTheReason() throws IOException {
    write(TinyGenerator.USUAL, 2);
    models.load("tiny");
    Files.write(file(3), new byte[] {1, 2, 3});
    models.poll();
    models.poll();

    Model model = listed();

    assertThat(model.getState()).isEqualTo(Model.State.STATE_READY);
    assertThat(model.getVersion()).isEqualTo(2);
    assertThat(model.getMessage()).startsWith("version 3: ONNX Runtime refuses it");
    assertThat(model.getVersionsList())
        .extracting(retort.v1.ModelVersion::getState)
        .containsExactly(Model.State.STATE_FAILED, Model.State.STATE_READY);
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
    assertThat(served.ask().generate(image()).getModelDigest()).isEqualTo(model.getDigest());
  }

  @Test
  void unloadedModelIsRefusedWhileItsStreamsGoOn() {
    Iterator<Frame> frames = stream();
    frames.next();

    models.unload("tiny");

    assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(listed().getState()).isEqualTo(Model.State.STATE_UNLOADED);
    Served.fails(UNAVAILABLE, () -> served.ask().generate(image()), "tiny", "was unloaded");
    for (int i = 0; i < 20; i++) {
      assertThat(frames.next().getImage().getData().isEmpty()).isFalse();
    }

    models.load("tiny");
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
    assertThat(served.ask().generate(image()).getImagesCount()).isEqualTo(1);
  }

  @Test
  void modelThatLeavesTheFolderIsUnknown() throws IOException {
    Files.delete(file(1));
    Files.delete(file(1).getParent());
    models.poll();

    Served.fails(NOT_FOUND, () -> served.ask().generate(image()), "there is no model 'tiny'");
    Served.fails(
        NOT_FOUND,
        () -> served.ask().generate(image().toBuilder().clearModel().build()),
        "this server holds none");
    Served.fails(NOT_FOUND, this::health);
  }

  @Test
  void networkOfAnotherToolIsListedAndMakesNoImages() {
    TinyGenerator.USUAL.write(folder.resolve("plain.onnx"), new TreeMap<>());
    models.load("plain");

    Model plain = listed();
    assertThat(plain.getName()).isEqualTo("plain");
    assertThat(plain.getState()).isEqualTo(Model.State.STATE_READY);
    assertThat(plain.getKind()).isEqualTo(Model.Kind.KIND_TENSORS);
    assertThat(plain.getDigest()).hasSize(64);
    Served.fails(
        UNIMPLEMENTED,
        () -> served.ask().generate(image().toBuilder().setModel("plain").build()),
        "plain",
        "KIND_GENERATOR");
  }

  @Test
  void steeredStreamMovesAndIsStillSteered() throws Exception {
    Steered client =
        new Steered(served)
            .start(
                StreamRequest.newBuilder()
                    .setFps(200)
                    .setEncoding(Encoding.ENCODING_RAW)
                    .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
                    .build());
    assertThat(client.next().getModelDigest()).isEqualTo(digest());
    write(TinyGenerator.USUAL, 2);

    models.load("tiny");
    client.update(StreamUpdate.newBuilder().setUpdateId(1).setLabel(3));
    client.update(StreamUpdate.newBuilder().setUpdateId(2).setLabel(2));

    String told = "";
    long applied = 0;
    List<RejectedUpdate> rejected = new ArrayList<>();
    while (told.isEmpty() || applied < 2) {
      Frame frame = client.next();
      told = frame.getModelDigest().isEmpty() ? told : frame.getModelDigest();
      applied = Math.max(applied, frame.getAppliedUpdate());
      rejected.addAll(frame.getRejectedUpdatesList());
    }
    assertThat(told).isEqualTo(digest());
    assertThat(rejected).extracting(RejectedUpdate::getUpdateId).containsExactly(1L);
    client.requests.onError(Status.CANCELLED.asRuntimeException());
  }

  @Test
  void replayKeepsItsVersionToTheEnd() {
    String first = digest();
    Iterator<Frame> frames =
        served
            .ask()
            .replay(
                ReplayRequest.newBuilder()
                    .setStart(
                        StreamRequest.newBuilder()
                            .setModel("tiny")
                            .setFps(20)
                            .setStart(Origin.newBuilder().setSeed(5).setLabel(1)))
                    .setCount(40)
                    .build());
    assertThat(frames.next().getModelDigest()).isEqualTo(first);
    write(TinyGenerator.USUAL, 2);
    models.load("tiny");

    int more = 0;
    while (frames.hasNext()) {
      assertThat(frames.next().getModelDigest()).isEmpty();
      more++;
    }
    assertThat(more).isEqualTo(39);
  }

  /** A repository of one model, whose file is whatever is in the list last. */
  private static ModelRepository repository(List<Generator> versions) {
    ModelRepository repository =
        new ModelRepository(
            () ->
                List.of(
                    ModelFile.of("fake", versions.size(), Path.of("no such file", "fake.onnx"))),
            (file, before) -> versions.get(versions.size() - 1),
            1);
    repository.loadAll();
    return repository;
  }

  @Test
  void streamStaysWithItsVersionWhileTheMachineHasNoRoomForTheNewOne() {
    List<Generator> versions =
        new ArrayList<>(List.of(RecordingGenerator.costing(1_000, "aa".repeat(32))));
    ModelRepository fakes = repository(versions);
    try (Served small = Served.inProcess(fakes, new RetortServer.Size(1, 256, 256))) {
      StreamRequest request =
          StreamRequest.newBuilder()
              .setFps(100)
              .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
              .build();
      Iterator<Frame> frames = small.ask().stream(request);
      frames.next();

      versions.add(RecordingGenerator.costing(1_000_000_000, "bb".repeat(32)));
      fakes.load("fake");
      Served.fails(RESOURCE_EXHAUSTED, () -> small.ask().stream(request).next());
      for (int i = 0; i < 20; i++) {
        assertThat(frames.next().getModelDigest()).isEmpty();
      }

      versions.add(RecordingGenerator.costing(1_000, "cc".repeat(32)));
      fakes.load("fake");
      Frame frame = frames.next();
      while (frame.getModelDigest().isEmpty()) {
        frame = frames.next();
      }
      assertThat(frame.getModelDigest()).startsWith("cc");
    }
  }

  @Test
  void everyCallLetsGoOfItsGeneratorHoweverItEnds() {
    FakeGenerator fake = FakeGenerator.of("ab".repeat(32));
    try (Served failing =
        Served.inProcess(repository(List.of(fake)), new RetortServer.Size(1, 256, 256))) {
      GenerateRequest image =
          GenerateRequest.newBuilder().addOrigins(Origin.getDefaultInstance()).build();
      StreamRequest stream = StreamRequest.newBuilder().setFps(100).build();
      ReplayRequest replay = ReplayRequest.newBuilder().setStart(stream).setCount(1).build();
      Served.fails(INTERNAL, () -> failing.ask().generate(image));
      Served.fails(INTERNAL, () -> failing.ask().stream(stream).next());
      Served.fails(INTERNAL, () -> failing.ask().replay(replay).next());
      Served.fails(
          INVALID_ARGUMENT, () -> failing.ask().generate(image.toBuilder().clearOrigins().build()));
      Served.fails(
          INVALID_ARGUMENT,
          () -> failing.ask().stream(stream.toBuilder().setFps(-1).build()).next());
      Served.fails(
          INVALID_ARGUMENT,
          () -> failing.ask().replay(replay.toBuilder().clearCount().build()).next());
      new Steered(failing).requests.onError(Status.CANCELLED.asRuntimeException());
    }

    assertThat(fake.closed()).isEqualTo(1);
  }
}

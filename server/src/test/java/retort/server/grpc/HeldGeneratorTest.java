package retort.server.grpc;

import static io.grpc.Status.Code.INTERNAL;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.server.FakeGenerator;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.repository.ModelFile;
import retort.server.repository.ModelRepository;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.Origin;
import retort.v1.ReplayRequest;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;

/** Which generator a call holds, and for how long. */
class HeldGeneratorTest {
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

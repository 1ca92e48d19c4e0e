package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.clients.FakeServer;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferRequest.InferInputTensor;
import retort.inference.ModelInferResponse;
import retort.inference.ModelInferResponse.InferOutputTensor;
import retort.inference.ModelMetadataRequest;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelMetadataResponse.TensorMetadata;
import retort.inference.ModelStreamInferResponse;
import retort.inference.ServerLiveRequest;
import retort.inference.ServerLiveResponse;

class BenchCommandTest {
  @TempDir private Path folder = Path.of("");

  private final FakeServer server;

  BenchCommandTest() throws IOException {
    server = FakeServer.onPort();
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  private CommandRun bench(String address, String flags) {
    return CommandRun.of(
        ("bench --server "
                + address
                + " --seconds 0.3 "
                + (flags.contains("--warm-up") ? "" : "--warm-up 0.05 ")
                + flags)
            .replace("FOLDER", folder.toString())
            .split(" "));
  }

  private JsonObject json() throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve("bench.json"))).getAsJsonObject();
  }

  @Test
  void streamsAreMeasured() throws IOException {
    CommandRun run =
        bench(server.address(), "--streams 3 --fps 200 --stalled 1 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .containsPattern("streams +3")
        .contains("on time", "dropped", "inter frame", "first frame");
    assertThat(json().keySet())
        .contains("streams", "stalled", "frames", "on_time_share", "dropped", "first_frame_ms");
    assertThat(json().getAsJsonObject("inter_frame_ms").keySet())
        .containsExactly("count", "p50", "p99", "p99.9", "max");
    assertThat(server.streams()).hasSize(4);
  }

  @Test
  void streamsAreSteered() throws IOException {
    CommandRun run =
        bench(server.address(), "--streams 2 --fps 200 --steer 100 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("control to frame");
    assertThat(json().getAsJsonObject("control_to_frame_ms").get("count").getAsLong()).isPositive();
    assertThat(server.updates()).isNotEmpty();
  }

  @Test
  void streamsThatAreRefusedAreToldWithTheReason() {
    server.failingAt(0, Status.RESOURCE_EXHAUSTED.withDescription("no room"));

    CommandRun run = bench(server.address(), "--streams 2");

    assertThat(run.out()).contains("failed: no room (2)").containsPattern("on time +0.00 %");
  }

  @Test
  void theRampTellsWhatItTried() throws IOException {
    server.failingAt(0, Status.RESOURCE_EXHAUSTED.withDescription("no room"));

    CommandRun run = bench(server.address(), "--ramp --streams 2 --json FOLDER/bench.json");

    assertThat(run.out()).contains("2 streams", "1 streams", "no room").containsPattern("held +0");
    assertThat(json().getAsJsonArray("steps")).hasSize(2);
  }

  @Test
  void callersAreMeasured() throws IOException {
    CommandRun run = bench(server.address(), "--callers 2 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    assertThat(json().get("method").getAsString()).isEqualTo("Generate");
    assertThat(json().get("answers").getAsLong()).isPositive();
    assertThat(json().getAsJsonObject("latency_ms").has("p99.9")).isTrue();
  }

  @Test
  void aFixedRateIsKept() throws IOException {
    CommandRun run = bench(server.address(), "--rate 100 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    // 0.35 seconds, of which 0.3 are measured.
    assertThat(server.requests()).hasSize(35);
    assertThat(json().getAsJsonObject("latency_ms").get("count").getAsLong()).isEqualTo(30);
  }

  @Test
  void callsThatFailAreToldWithTheReason() {
    server.failingAt(0, Status.INTERNAL.withDescription("a fault"));

    CommandRun run = bench(server.address(), "--rate 20");

    assertThat(run.out()).contains("failed: INTERNAL: a fault (6)");
  }

  /** A server of the Open Inference Protocol with one model of two inputs. */
  private static final class FakeInference
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final Queue<ModelInferRequest> requests = new ConcurrentLinkedQueue<>();

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> answer) {
      if (!request.getName().equals("adder")) {
        answer.onError(Status.NOT_FOUND.withDescription("no such model").asRuntimeException());
        return;
      }
      answer.onNext(
          ModelMetadataResponse.newBuilder()
              .setName("adder")
              .addInputs(input("a", "FP32"))
              .addInputs(input("b", "INT64"))
              .build());
      answer.onCompleted();
    }

    private static TensorMetadata.Builder input(String name, String datatype) {
      return TensorMetadata.newBuilder()
          .setName(name)
          .setDatatype(datatype)
          .addShape(-1)
          .addShape(4);
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
      answer.onNext(ServerLiveResponse.newBuilder().setLive(true).build());
      answer.onCompleted();
    }

    /** Two frames, 10 ms apart, at once. */
    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          requests.add(request);
          for (long index = 0; index < 2; index++) {
            answer.onNext(
                ModelStreamInferResponse.newBuilder()
                    .setInferResponse(
                        ModelInferResponse.newBuilder()
                            .addOutputs(InferOutputTensor.newBuilder().setName("index"))
                            .addRawOutputContents(number(index))
                            .addOutputs(InferOutputTensor.newBuilder().setName("due"))
                            .addRawOutputContents(number(index * 10_000_000)))
                    .build());
          }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
      };
    }

    private static ByteString number(long value) {
      return ByteString.copyFrom(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).flip());
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      requests.add(request);
      answer.onNext(ModelInferResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  private static Server started(FakeInference inference) throws IOException {
    return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
        .addService(inference)
        .build()
        .start();
  }

  @Test
  void clientsThatCallForEachFrameAreMeasured() throws IOException {
    FakeInference inference = new FakeInference();
    Server running = started(inference);
    try {
      CommandRun run =
          bench(
              "127.0.0.1:" + running.getPort(),
              "--oip --model adder --streams 2 --fps 100 --calls --json FOLDER/bench.json");

      assertThat(run.err()).isEmpty();
      // At least 0.3 seconds of them, less what is due at the very end.
      assertThat(json().get("frames").getAsLong()).isBetween(40L, 60L);
      assertThat(json().get("dropped").getAsLong()).isZero();
    } finally {
      running.shutdownNow();
    }
    CommandRun own = bench(server.address(), "--calls --fps 100 --json FOLDER/bench.json");

    assertThat(own.err()).isEmpty();
    assertThat(json().get("frames").getAsLong()).isBetween(20L, 30L);
  }

  @Test
  void framesOfTheInferenceProtocolAreMeasured() throws IOException {
    FakeInference inference = new FakeInference();
    Server running = started(inference);
    try {
      CommandRun run =
          bench(
              "127.0.0.1:" + running.getPort(),
              "--oip --model adder-frames --warm-up 0 --label 3 --streams 2 --fps 100 --json"
                  + " FOLDER/bench.json");

      assertThat(run.err()).isEmpty();
      assertThat(json().getAsJsonObject("first_frame_ms").get("count").getAsLong()).isEqualTo(2);
      assertThat(json().get("frames").getAsLong()).isEqualTo(4);
      assertThat(inference.requests.element().getInputsList())
          .extracting(InferInputTensor::getName)
          .containsExactly("seed", "fps", "label");
    } finally {
      running.shutdownNow();
    }
  }

  @Test
  void anyServerOfTheInferenceProtocolIsMeasured() throws IOException {
    FakeInference inference = new FakeInference();
    Server running = started(inference);
    try {
      String address = "127.0.0.1:" + running.getPort();

      CommandRun run =
          bench(address, "--oip --model adder --callers 2 --shape b=2,4 --json FOLDER/bench.json");
      CommandRun unknown = bench(address, "--oip --model other --callers 2");

      assertThat(run.err()).isEmpty();
      assertThat(json().get("method").getAsString()).isEqualTo("ModelInfer");
      ModelInferRequest request = inference.requests.element();
      assertThat(request.getInputs(0).getShapeList()).containsExactly(1L, 4L);
      assertThat(request.getInputs(1).getShapeList()).containsExactly(2L, 4L);
      assertThat(request.getRawInputContents(1).size()).isEqualTo(64);
      assertThat(unknown.code()).isEqualTo(2);
      assertThat(unknown.err()).contains("answered NOT_FOUND (no such model)");
    } finally {
      running.shutdownNow();
    }
  }
}

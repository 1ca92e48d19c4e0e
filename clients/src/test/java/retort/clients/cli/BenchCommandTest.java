package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.clients.FakeServer;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.InferParameter;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelMetadataRequest;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelMetadataResponse.TensorMetadata;
import retort.inference.ModelStreamInferResponse;
import retort.v1.Encoding;

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
        ("bench " + address + " --seconds 0.3 --warm-up 0.05 " + flags)
            .replace("FOLDER", folder.toString())
            .split(" "));
  }

  private String address() {
    return "--server " + server.address();
  }

  private JsonObject json() throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve("bench.json"))).getAsJsonObject();
  }

  @Test
  void streamsAreMeasured() throws IOException {
    CommandRun run = bench(address(), "--streams 3 --fps 200 --stalled 1 --json FOLDER/bench.json");

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
    CommandRun run = bench(address(), "--streams 2 --fps 200 --steer 100 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("control to frame");
    assertThat(json().getAsJsonObject("control_to_frame_ms").get("count").getAsLong()).isPositive();
    assertThat(server.updates()).isNotEmpty();
  }

  @Test
  void framesComeInTheFormThatWasAskedFor() {
    CommandRun run = bench(address(), "--encoding webp --width 64 --height 32 --quality 80");
    CommandRun calls = bench(address(), "--calls --width 64");

    assertThat(run.err()).isEmpty();
    assertThat(server.streams())
        .allSatisfy(
            asked -> {
              assertThat(asked.getEncoding()).isEqualTo(Encoding.ENCODING_WEBP);
              assertThat(asked.getWidth()).isEqualTo(64);
              assertThat(asked.getHeight()).isEqualTo(32);
              assertThat(asked.getQuality()).isEqualTo(80);
            })
        .isNotEmpty();
    assertThat(calls.code()).isEqualTo(2);
    assertThat(calls.err()).contains("it is for streams of --server only, so leave out --encoding");
  }

  @Test
  void streamsThatAreRefusedAreToldWithTheReason() {
    server.failingAt(0, Status.RESOURCE_EXHAUSTED.withDescription("no room"));

    CommandRun run = bench(address(), "--streams 2");

    assertThat(run.out()).contains("failed: no room (2)").containsPattern("on time +0.00 %");
  }

  @Test
  void theRampTellsWhatItTried() throws IOException {
    server.failingAt(0, Status.RESOURCE_EXHAUSTED.withDescription("no room"));

    CommandRun run = bench(address(), "--ramp --streams 2 --json FOLDER/bench.json");

    assertThat(run.out()).contains("2 streams", "1 streams", "no room").containsPattern("held +0");
    assertThat(json().getAsJsonArray("steps")).hasSize(4);
  }

  @Test
  void callersAreMeasured() throws IOException {
    CommandRun run = bench(address(), "--callers 2 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    assertThat(json().get("method").getAsString()).isEqualTo("Generate");
    assertThat(json().get("answers").getAsLong()).isPositive();
    assertThat(json().getAsJsonObject("latency_ms").has("p99.9")).isTrue();
    assertThat(json().get("client_cpu_share").getAsDouble()).isNotNegative();
  }

  @Test
  void aFixedRateIsKept() throws IOException {
    CommandRun run = bench(address(), "--rate 100 --json FOLDER/bench.json");

    assertThat(run.err()).isEmpty();
    // 0.35 seconds, of which 0.3 are measured.
    assertThat(server.requests()).hasSize(35);
    assertThat(json().getAsJsonObject("latency_ms").get("count").getAsLong()).isEqualTo(30);
  }

  @Test
  void callsThatFailAreToldWithTheReason() {
    server.failingAt(0, Status.INTERNAL.withDescription("a fault"));

    CommandRun run = bench(address(), "--rate 20");

    assertThat(run.out()).contains("failed: INTERNAL: a fault (6)");
  }

  /** A server of the Open Inference Protocol with one model of two inputs. */
  private static final class FakeInference
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final Queue<ModelInferRequest> requests = new ConcurrentLinkedQueue<>();
    private final Queue<ModelInferRequest> streamed = new ConcurrentLinkedQueue<>();

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

    /** Three responses to a request, the last of which has no outputs. */
    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          streamed.add(request);
          if (request.getInputs(0).getShape(0) > 9) {
            answers.onNext(
                ModelStreamInferResponse.newBuilder().setErrorMessage("too many rows").build());
            return;
          }
          for (int i = 0; i < 3; i++) {
            ModelInferResponse.Builder answer =
                ModelInferResponse.newBuilder()
                    .putParameters(
                        "triton_final_response",
                        InferParameter.newBuilder().setBoolParam(i == 2).build());
            if (i < 2) {
              answer.addOutputsBuilder().setName("sum");
            }
            answers.onNext(ModelStreamInferResponse.newBuilder().setInferResponse(answer).build());
          }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
      };
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      requests.add(request);
      answer.onNext(ModelInferResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  private static Server serve(FakeInference inference) throws IOException {
    return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
        .addService(inference)
        .build()
        .start();
  }

  @Test
  void itsStreamsAreMeasuredAndAskAgainWhenTheyAreAnswered() throws IOException {
    FakeInference inference = new FakeInference();
    Server running = serve(inference);
    try {
      String address = "--oip 127.0.0.1:" + running.getPort() + " --model adder --streams 2";

      CommandRun run = bench(address, "--fps 200 --value b=7 --json FOLDER/bench.json");
      CommandRun wrong = bench(address, "--shape a=10,4");

      assertThat(run.err()).isEmpty();
      assertThat(run.out()).contains("ModelStreamInfer").doesNotContain("failed");
      assertThat(json().getAsJsonObject("first_frame_ms").get("count").getAsInt()).isEqualTo(2);
      assertThat(json().get("frames").getAsLong()).isPositive();
      assertThat(inference.streamed).hasSizeGreaterThan(2);
      assertThat(inference.streamed.element().getRawInputContents(1).byteAt(0)).isEqualTo((byte) 7);
      assertThat(wrong.out()).contains("failed: too many rows (2)");
    } finally {
      running.shutdownNow();
    }
  }

  @Test
  void clientsThatCallForEachFrameAreMeasured() throws IOException {
    FakeInference inference = new FakeInference();
    Server running = serve(inference);
    try {
      CommandRun run =
          bench(
              "--oip 127.0.0.1:" + running.getPort(),
              "--model adder --streams 2 --fps 100 --calls --json FOLDER/bench.json");

      assertThat(run.err()).isEmpty();
      assertThat(json().get("method").getAsString()).isEqualTo("ModelInfer");
      // 0.3 seconds of them, less what is due at the very end.
      assertThat(json().get("frames").getAsLong()).isBetween(40L, 60L);
      assertThat(json().get("dropped").getAsLong()).isZero();
    } finally {
      running.shutdownNow();
    }
    CommandRun own =
        bench("--server " + server.address(), "--calls --fps 100 --json FOLDER/bench.json");

    assertThat(own.err()).isEmpty();
    assertThat(json().get("method").getAsString()).isEqualTo("Generate");
    assertThat(json().get("frames").getAsLong()).isBetween(20L, 30L);
  }

  @Test
  void anyServerOfTheInferenceProtocolIsMeasured() throws IOException {
    FakeInference inference = new FakeInference();
    Server running = serve(inference);
    try {
      String address = "--oip 127.0.0.1:" + running.getPort();

      CommandRun run =
          bench(address, "--model adder --callers 2 --shape b=2,4 --json FOLDER/bench.json");
      CommandRun unknown = bench(address, "--model other --callers 2");

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

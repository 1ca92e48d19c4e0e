package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.InferParameter;
import retort.inference.InferTensorContents;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferRequest.InferInputTensor;
import retort.inference.ModelInferRequest.InferRequestedOutputTensor;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;
import retort.server.TinyGenerator;
import retort.server.generator.Device;
import retort.server.generator.OnnxFile;

/** Requests that no client should send, over a real connection, to a model that runs. */
class HostileTensorsTest {
  @TempDir private static Path folder;
  private static Served served;

  @BeforeAll
  static void start() {
    Path file = TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    served = Served.overTheLoopback(new OnnxFile(file, Device.CPU, 1, 1).open(), 8);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static InferInputTensor.Builder input(String name, String type, Long... shape) {
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype(type)
        .addAllShape(Arrays.asList(shape));
  }

  private static ByteString floats(int count, float value) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static ModelInferRequest.Builder good() {
    return ModelInferRequest.newBuilder()
        .setModelName("fake")
        .addInputs(input("noise", "FP32", 1L, 1L, 8L, 8L))
        .addInputs(input("label", "FP32", 1L, 3L))
        .addRawInputContents(floats(64, 0))
        .addRawInputContents(floats(3, 0));
  }

  private static InferParameter integer(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static Arguments refused(
      Status.Code code, String words, UnaryOperator<ModelInferRequest.Builder> spoil) {
    return Arguments.of(words, code, spoil.apply(good()).build());
  }

  private static Arguments invalid(String words, UnaryOperator<ModelInferRequest.Builder> spoil) {
    return refused(Status.Code.INVALID_ARGUMENT, words, spoil);
  }

  static Stream<Arguments> hostile() {
    InferInputTensor noise = good().getInputs(0);
    return Stream.of(
        invalid(
            "unexpected shape for input 'noise' for model 'fake'. Expected [-1,1,8,8], got"
                + " [1,1,8,9]",
            good -> good.setInputs(0, input("noise", "FP32", 1L, 1L, 8L, 9L))),
        invalid("got []", good -> good.setInputs(0, input("noise", "FP32"))),
        invalid(
            "inference request batch-size must be <= 1024 for 'fake'",
            good -> good.setInputs(0, input("noise", "FP32", 1L << 62, 1L, 8L, 8L))),
        invalid(
            "unexpected shape", good -> good.setInputs(0, input("noise", "FP32", -1L, 1L, 8L, 8L))),
        invalid("batch-size", good -> good.setInputs(0, input("noise", "FP32", 0L, 1L, 8L, 8L))),
        invalid(
            "batch size does not match other inputs for 'fake'",
            good ->
                good.setInputs(1, input("label", "FP32", 2L, 3L))
                    .setRawInputContents(1, floats(6, 0))),
        invalid(
            "inference input 'noise' data-type is 'FP64', but model 'fake' expects 'FP32'",
            good -> good.setInputs(0, noise.toBuilder().setDatatype("FP64"))),
        invalid(
            "data-type is 'float32'",
            good -> good.setInputs(0, noise.toBuilder().setDatatype("float32"))),
        invalid(
            "input byte size mismatch for input 'noise' for model 'fake'. Expected 256, got 255",
            good -> good.setRawInputContents(0, floats(64, 0).substring(1))),
        invalid(
            "unable to find data for input tensor 'noise'", good -> good.clearRawInputContents()),
        invalid(
            "raw_input_contents has 3 entries", good -> good.addRawInputContents(ByteString.EMPTY)),
        invalid(
            "contents field must not be specified when using raw_input_contents for 'noise'",
            good ->
                good.setInputs(
                    0,
                    noise.toBuilder()
                        .setContents(InferTensorContents.newBuilder().addFp32Contents(1)))),
        invalid(
            "'noise' for model 'fake' is given twice",
            good -> good.addInputs(noise).addRawInputContents(floats(64, 0))),
        invalid("unexpected inference input 'z'", good -> good.addInputs(input("z", "FP32", 1L))),
        invalid(
            "missing required input(s) ['label']",
            good ->
                good.removeInputs(1).clearRawInputContents().addRawInputContents(floats(64, 0))),
        invalid(
            "unexpected inference input ''",
            good -> good.addAllInputs(many(InferInputTensor.getDefaultInstance()))),
        invalid("fields beside its tensors' contents", good -> good.addAllInputs(many(noise))),
        invalid(
            "unexpected inference output ''",
            good -> good.addAllOutputs(many(InferRequestedOutputTensor.getDefaultInstance()))),
        invalid(
            "names, parameters and shapes take more than", good -> good.setId("x".repeat(2 << 20))),
        invalid(
            "expected int64_param above 0",
            good ->
                good.addOutputs(
                    InferRequestedOutputTensor.newBuilder()
                        .setName("image")
                        .putParameters("classification", integer(0)))),
        invalid("parameter 'timeout' is -1", good -> good.putParameters("timeout", integer(-1))),
        invalid(
            "failed to get model version from specified version string '1.0'",
            good -> good.setModelVersion("1.0")),
        refused(
            Status.Code.NOT_FOUND,
            "Request for unknown model: 'fake' version 2 is not found",
            good -> good.setModelVersion("2")),
        refused(
            Status.Code.NOT_FOUND,
            "Request for unknown model: '" + "m".repeat(100) + "...' is not found",
            good -> good.setModelName("m".repeat(100_000))),
        refused(
            Status.Code.UNIMPLEMENTED,
            "ModelInfer RPC doesn't support models with decoupled transaction policy",
            good -> good.setModelName("fake-frames")),
        refused(
            Status.Code.UNIMPLEMENTED,
            "shared memory",
            good ->
                good.setInputs(
                    0,
                    noise.toBuilder()
                        .putParameters(
                            "shared_memory_region", InferParameter.getDefaultInstance()))),
        // The transport of this test takes 4 MiB.
        refused(
            Status.Code.RESOURCE_EXHAUSTED,
            "exceeds maximum size",
            good -> good.setRawInputContents(0, ByteString.copyFrom(new byte[5 << 20]))));
  }

  private static <M> List<M> many(M message) {
    List<M> many = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      many.add(message);
    }
    return many;
  }

  private static ModelInferResponse infer(ModelInferRequest request) {
    return GRPCInferenceServiceGrpc.newBlockingStub(served.channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .modelInfer(request);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void hostile(String words, Status.Code code, ModelInferRequest request) {
    Served.fails(code, () -> infer(request), words);

    assertThat(infer(good().build()).getRawOutputContents(0).size()).isEqualTo(64);
  }

  @Test
  void valuesThatAreNoNumbersHarmNobody() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE}) {
      ModelInferRequest request =
          good()
              .setRawInputContents(0, floats(64, value))
              .setRawInputContents(1, floats(3, value))
              .putParameters("timeout", integer(Long.MAX_VALUE))
              .build();

      assertThat(infer(request).getRawOutputContents(0).size()).isEqualTo(64);
    }
    ByteString image = infer(good().build()).getRawOutputContents(0);
    assertThat(infer(good().build()).getRawOutputContents(0)).isEqualTo(image);
  }

  private static ModelInferRequest frames(String input, double value) {
    boolean real = input.equals("fps") || input.equals("speed");
    long bits = real ? Double.doubleToLongBits(value) : (long) value;
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bits);
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("fake-frames")
            .addInputs(input(input, real ? "FP64" : "INT64", 1L))
            .addRawInputContents(ByteString.copyFrom(bytes));
    if (!input.equals("seed")) {
      request
          .addInputs(input("seed", "INT64", 1L))
          .addRawInputContents(ByteString.copyFrom(new byte[8]));
    }
    return request.build();
  }

  /** What a stream of requests is answered, before it ends well. */
  private static List<ModelStreamInferResponse> stream(ModelInferRequest... requests)
      throws Exception {
    List<ModelStreamInferResponse> answers = new ArrayList<>();
    CompletableFuture<List<ModelStreamInferResponse>> all = new CompletableFuture<>();
    StreamObserver<ModelInferRequest> call =
        GRPCInferenceServiceGrpc.newStub(served.channel)
            .modelStreamInfer(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ModelStreamInferResponse answer) {
                    answers.add(answer);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    all.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    all.complete(answers);
                  }
                });
    for (ModelInferRequest request : requests) {
      call.onNext(request);
    }
    call.onCompleted();
    return all.get(10, TimeUnit.SECONDS);
  }

  @Test
  void impossibleFramesAreRefusedAndTheStreamGoesOn() throws Exception {
    List<ModelStreamInferResponse> answers =
        stream(
            frames("fps", Double.NaN),
            frames("fps", 0),
            frames("fps", 1e300),
            frames("speed", Double.POSITIVE_INFINITY),
            frames("speed", -1),
            frames("frames", -1),
            frames("label", 3),
            frames("label", Long.MIN_VALUE),
            good().setModelName("fake-frames").build(),
            good().build());

    assertThat(answers)
        .extracting(ModelStreamInferResponse::getErrorMessage)
        .satisfiesExactly(
            fps -> assertThat(fps).isEqualTo("input 'fps' is NaN, but 0.01 to 240.0 is expected"),
            fps -> assertThat(fps).startsWith("input 'fps' is 0.0"),
            fps -> assertThat(fps).startsWith("input 'fps' is 1.0E300"),
            speed -> assertThat(speed).startsWith("input 'speed' is Infinity"),
            speed -> assertThat(speed).startsWith("input 'speed' is -1.0"),
            frames -> assertThat(frames).startsWith("input 'frames' is -1"),
            label -> assertThat(label).startsWith("input 'label' is 3"),
            label -> assertThat(label).startsWith("input 'label' is -9223372036854775808"),
            noise -> assertThat(noise).startsWith("unexpected inference input 'noise'"),
            well -> assertThat(well).isEmpty());
  }

  /** gRPC keeps what such a call has sent. */
  @Test
  void messagesOfCallsThatNobodyEndsShareABudget() throws Exception {
    ModelInferRequest large =
        good().addRawInputContents(ByteString.copyFrom(new byte[4_000_000])).build();
    ManagedChannel channel = served.anotherConnection();
    CompletableFuture<Status> refused = new CompletableFuture<>();
    for (int i = 0; i < 20; i++) {
      ClientCall<ModelInferRequest, ModelInferResponse> call =
          channel.newCall(GRPCInferenceServiceGrpc.getModelInferMethod(), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              refused.complete(status);
            }
          },
          new Metadata());
      call.sendMessage(large);
    }

    assertThat(refused.get(30, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    channel.shutdownNow();
  }
}

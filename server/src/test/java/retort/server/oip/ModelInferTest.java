package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import retort.inference.InferParameter;
import retort.inference.InferTensorContents;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStatistics;
import retort.inference.ModelStatisticsRequest;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;

class ModelInferTest {
  private static final TensorSpec ROWS = new TensorSpec("x", ElementType.FP32, List.of(-1L, 2L));

  private final Asked asked =
      new Asked(
          new FakeModels()
              .with("rows", ROWS)
              .with("two", ROWS, new TensorSpec("y", ElementType.INT64, List.of(-1L))));

  @AfterEach
  void close() {
    asked.close();
  }

  private static ModelInferRequest.Builder rows() {
    return Asked.request("rows", "x", "FP32", Asked.floats(1, 2, 3, 4), 2L, 2L);
  }

  @Test
  void answersCarryTheIdTheVersionAndRawContents() {
    ModelInferResponse answer = asked.ask().modelInfer(rows().setId("seven").build());

    assertThat(answer.getId()).isEqualTo("seven");
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getOutputs(0).getName()).isEqualTo("x_out");
    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 2L);
    assertThat(answer.getRawOutputContents(0)).isEqualTo(Asked.floats(1, 2, 3, 4));
    assertThat(answer.getOutputs(0).hasContents()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void everyDatatypeTravelsRaw(ElementType type) {
    String name = Datatype.name(type);
    ByteString raw =
        type == ElementType.STRING
            ? ByteString.fromHex("02000000c3a90000000001000000" + "61")
            : ByteString.copyFrom(new byte[3 * type.bytes()]);
    try (Asked typed =
        new Asked(new FakeModels().with("echo", new TensorSpec("x", type, List.of(3L))))) {
      ModelInferResponse answer =
          typed.ask().modelInfer(Asked.request("echo", "x", name, raw, 3L).build());

      assertThat(answer.getOutputs(0).getDatatype()).isEqualTo(name);
      assertThat(answer.getRawOutputContents(0)).isEqualTo(raw);
    }
  }

  static Stream<Arguments> typed() {
    InferTensorContents.Builder none = InferTensorContents.newBuilder();
    return Stream.of(
        Arguments.of("BOOL", none.clone().addBoolContents(true), "01"),
        Arguments.of("INT8", none.clone().addIntContents(-2), "fe"),
        Arguments.of("INT16", none.clone().addIntContents(-2), "feff"),
        Arguments.of("INT32", none.clone().addIntContents(-2), "feffffff"),
        Arguments.of("INT64", none.clone().addInt64Contents(-2), "feffffffffffffff"),
        Arguments.of("UINT8", none.clone().addUintContents(200), "c8"),
        Arguments.of("UINT16", none.clone().addUintContents(60000), "60ea"),
        Arguments.of("UINT32", none.clone().addUintContents(-1), "ffffffff"),
        Arguments.of("UINT64", none.clone().addUint64Contents(-1), "ffffffffffffffff"),
        Arguments.of("FP32", none.clone().addFp32Contents(1), "0000803f"),
        Arguments.of("FP64", none.clone().addFp64Contents(1), "000000000000f03f"),
        Arguments.of(
            "BYTES", none.clone().addBytesContents(ByteString.copyFromUtf8("a")), "0100000061"));
  }

  @ParameterizedTest
  @MethodSource("typed")
  void contentsComeInTheListOfTheirType(
      String type, InferTensorContents.Builder contents, String raw) {
    ElementType element = Datatype.of(type).orElseThrow();
    try (Asked typed =
        new Asked(new FakeModels().with("echo", new TensorSpec("x", element, List.of(1L))))) {
      ModelInferRequest request =
          ModelInferRequest.newBuilder()
              .setModelName("echo")
              .addInputs(Asked.input("x", type, 1L).setContents(contents))
              .build();

      assertThat(typed.ask().modelInfer(request).getRawOutputContents(0))
          .isEqualTo(ByteString.fromHex(raw));
    }
  }

  private void refused(String message, ModelInferRequest.Builder request) {
    Asked.fails(Code.INVALID_ARGUMENT, message, () -> asked.ask().modelInfer(request.build()));
    assertThat(asked.models.held).hasValue(0);
  }

  @Test
  void wrongInputsAreToldInTheWordsOfTriton() {
    ModelInferRequest.InferInputTensor x = rows().getInputs(0);

    refused(
        "contents field must not be specified when using raw_input_contents for 'x' for model"
            + " 'rows'",
        rows().setInputs(0, x.toBuilder().setContents(InferTensorContents.newBuilder())));
    refused(
        "unable to find data for input tensor 'x' for model 'rows' in request.",
        rows().clearRawInputContents());
    refused(
        "unexpected explicit tensor data for input tensor 'x' for model 'rows' of type 'FP32',"
            + " expected datatype 'FP64'",
        rows()
            .clearRawInputContents()
            .setInputs(
                0, x.toBuilder().setContents(InferTensorContents.newBuilder().addFp64Contents(1))));
    refused(
        "unexpected shape for input 'x' for model 'rows'. Expected [-1,2], got [4]",
        rows().setInputs(0, Asked.input("x", "FP32", 4L)));
    refused(
        "inference input 'x' data-type is 'FP64', but model 'rows' expects 'FP32'",
        rows().setInputs(0, Asked.input("x", "FP64", 2L, 2L)));
    refused("Expected 16, got 8", rows().setRawInputContents(0, Asked.floats(1, 2)));
    refused(
        "inference request batch-size must be <= 1024 for 'rows'",
        rows().setInputs(0, Asked.input("x", "FP32", 1025L, 2L)));
    refused(
        "unexpected inference input 'z' for model 'rows'",
        rows().addInputs(Asked.input("z", "FP32")));
    refused("is given twice", rows().addInputs(x).addRawInputContents(Asked.floats(1, 2, 3, 4)));
    refused("raw_input_contents has 2 entries", rows().addRawInputContents(ByteString.EMPTY));
    refused(
        "expected 2 inputs but got 1 inputs for model 'two'. Got input(s) ['x'], but missing"
            + " required input(s) ['y']. Please provide all required input(s).",
        rows().setModelName("two"));
    refused(
        "input 'y' batch size does not match other inputs for 'two'",
        rows()
            .setModelName("two")
            .addInputs(Asked.input("y", "INT64", 1L))
            .addRawInputContents(Asked.integer(1)));
  }

  @Test
  void shapesThatOverflowAreRefused() {
    try (Asked open =
        new Asked(
            new FakeModels()
                .with("open", new TensorSpec("x", ElementType.FP32, List.of(1L, -1L, -1L))))) {
      for (Long[] shape : List.of(new Long[] {1L, 1L << 62, 8L}, new Long[] {1L, -1L, -8L})) {
        Asked.fails(
            Code.INVALID_ARGUMENT,
            "input 'x' for model 'open'",
            () ->
                open.ask()
                    .modelInfer(
                        Asked.request("open", "x", "FP32", ByteString.EMPTY, shape).build()));
      }
    }
  }

  @Test
  void tornTextsAreRefused() {
    TensorSpec texts = new TensorSpec("x", ElementType.STRING, List.of(-1L));
    try (Asked open = new Asked(new FakeModels().with("texts", texts))) {
      for (String raw : List.of("05000000" + "61", "0100", "ffffffff", "01000000ff", "")) {
        Asked.fails(
            Code.INVALID_ARGUMENT,
            "input '",
            () ->
                open.ask()
                    .modelInfer(
                        Asked.request("texts", "x", "BYTES", ByteString.fromHex(raw), 1L).build()));
      }
    }
  }

  @Test
  void unknownModelsAndVersionsAreNotFound() {
    Asked.fails(
        Code.NOT_FOUND,
        "Request for unknown model: 'none' is not found",
        () -> asked.ask().modelInfer(rows().setModelName("none").build()));
    Asked.fails(
        Code.NOT_FOUND,
        "Request for unknown model: 'rows' version 2 is not found",
        () -> asked.ask().modelInfer(rows().setModelVersion("2").build()));
    Asked.fails(
        Code.UNAVAILABLE,
        "'broken' is not at ready state: its file is torn",
        () -> asked.ask().modelInfer(rows().setModelName("broken").build()));
    for (String version : List.of("-1", "0", "one", "99999999999999999999")) {
      refused(
          "failed to get model version from specified version string '" + version,
          rows().setModelVersion(version));
    }
  }

  @Test
  void wrongParametersAreRefusedAndOthersTaken() {
    InferParameter text = InferParameter.newBuilder().setStringParam("a").build();

    asked
        .ask()
        .modelInfer(rows().putParameters("mine", text).putParameters("sequence_id", text).build());

    refused("reserved for Triton usage", rows().putParameters("triton_mine", text));
    for (String key : List.of("timeout", "priority", "sequence_start")) {
      refused("invalid value type for '" + key + "' parameter", rows().putParameters(key, text));
    }
    refused(
        "parameter 'timeout' is -1",
        rows().putParameters("timeout", InferParameter.newBuilder().setInt64Param(-1).build()));
  }

  @Test
  void onlyOutputsThatAreWantedComeAndClassesOnRequest() {
    ModelInferRequest.InferRequestedOutputTensor.Builder output =
        ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName("x_out");
    ModelInferRequest.Builder classes =
        rows()
            .addOutputs(
                output.putParameters(
                    "classification", InferParameter.newBuilder().setInt64Param(1).build()));

    ModelInferResponse answer = asked.ask().modelInfer(classes.build());

    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 1L);
    assertThat(answer.getRawOutputContents(0).toStringUtf8())
        .contains("2.000000:1")
        .contains("4.000000:1");
    refused(
        "unexpected inference output 'y' for model 'rows'", rows().addOutputs(output.setName("y")));
  }

  @Test
  void theRequestsOwnTimeoutEndsTheWaiting() {
    asked.atOnce = false;

    Asked.fails(
        Code.DEADLINE_EXCEEDED,
        "Request timeout expired",
        () ->
            asked
                .ask()
                .modelInfer(
                    rows()
                        .putParameters(
                            "timeout", InferParameter.newBuilder().setInt64Param(1000).build())
                        .build()));

    assertThat(Asked.make(asked.waiting.remove())).isFalse();
    assertThat(asked.stops).isEqualTo(1);
    assertThat(asked.models.held).hasValue(0);
  }

  @Test
  void cancelledRequestNeverReachesTheModel() throws InterruptedException {
    asked.atOnce = false;
    CountDownLatch told = new CountDownLatch(1);
    io.grpc.Context.CancellableContext context = io.grpc.Context.current().withCancellation();
    context.run(
        () ->
            asked
                .stub()
                .modelInfer(rows().build(), new Collected<>(message -> {}, told::countDown)));

    context.cancel(null);

    assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(asked.waiting.remove().client().gone()).isTrue();
    assertThat(asked.models.held).hasValue(0);
  }

  @Test
  void fullQueueAndFullMemoryAreRefused() throws InterruptedException {
    asked.room = 0;
    Asked.fails(
        Code.UNAVAILABLE,
        "Exceeds maximum queue size",
        () -> asked.ask().modelInfer(rows().build()));
    asked.room = 1;
    ModelInferRequest large =
        Asked.request("rows", "x", "FP32", ByteString.copyFrom(new byte[1024 * 2 * 4]), 1024L, 2L)
            .setId("x".repeat(1 << 20))
            .build();
    Asked.fails(Code.RESOURCE_EXHAUSTED, "read the answers", () -> asked.ask().modelInfer(large));

    assertThat(asked.models.held).hasValue(0);
    assertThat(asked.service.awaitNone(java.time.Duration.ZERO)).isTrue();
  }

  @Test
  void whatWasDoneIsCounted() {
    asked.ask().modelInfer(rows().build());
    asked.ask().modelInfer(rows().build());
    refused("unexpected inference input", rows().addInputs(Asked.input("z", "FP32")));

    ModelStatistics statistics =
        asked
            .ask()
            .modelStatistics(ModelStatisticsRequest.newBuilder().setName("rows").build())
            .getModelStats(0);

    assertThat(statistics.getInferenceCount()).isEqualTo(4);
    assertThat(statistics.getExecutionCount()).isEqualTo(2);
    assertThat(statistics.getInferenceStats().getSuccess().getCount()).isEqualTo(2);
    assertThat(statistics.getInferenceStats().getFail().getCount()).isEqualTo(1);
    assertThat(statistics.getBatchStats(0).getBatchSize()).isEqualTo(2);
  }

  @Test
  void drainingRefusesInTheWordsOfTriton() {
    asked.service.drain();

    Asked.fails(
        Code.UNAVAILABLE,
        "GRPC server is shutting down and has stopped accepting new requests.",
        () -> asked.ask().modelInfer(rows().build()));
  }
}

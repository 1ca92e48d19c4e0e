package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.inference.InferParameter;
import retort.inference.InferTensorContents;
import retort.inference.ModelInferRequest;

class InferRequestReaderTest {
  private static ModelInferRequest read(byte[] bytes) {
    return new InferRequestReader().parse(new ByteArrayInputStream(bytes));
  }

  private static void refused(ModelInferRequest request, String words) {
    assertThatThrownBy(() -> read(request.toByteArray()))
        .hasMessageContaining(words)
        .extracting(failure -> Status.fromThrowable(failure).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void readsWhatWasWritten() {
    ModelInferRequest request =
        Asked.request("m", "x", "FP32", Asked.floats(1, 2), 2L)
            .addInputs(
                Asked.input("y", "BYTES", 1L)
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addBytesContents(ByteString.copyFromUtf8("text"))
                            .addFp32Contents(1)))
            .putParameters("p", InferParameter.newBuilder().setInt64Param(1).build())
            .build();

    assertThat(read(request.toByteArray())).isEqualTo(request);
  }

  @Test
  void messagesThatGrowWhenUnpackedAreRefused() {
    ModelInferRequest.Builder none = ModelInferRequest.newBuilder();
    UnknownFieldSet.Field numbers =
        UnknownFieldSet.Field.newBuilder()
            .mergeFrom(UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    UnknownFieldSet.Field.Builder many = UnknownFieldSet.Field.newBuilder();
    for (int i = 0; i < 100_000; i++) {
      many.mergeFrom(numbers);
    }
    UnknownFieldSet unknown = UnknownFieldSet.newBuilder().addField(77, many.build()).build();

    refused(
        none.clone()
            .addAllInputs(
                Collections.nCopies(
                    100_000, ModelInferRequest.InferInputTensor.getDefaultInstance()))
            .build(),
        "fields");
    refused(none.clone().setUnknownFields(unknown).build(), "fields");
    refused(
        none.clone()
            .addInputs(
                Asked.input("x", "FP32")
                    .setContents(InferTensorContents.newBuilder().setUnknownFields(unknown)))
            .build(),
        "fields");
    refused(
        none.clone()
            .addInputs(Asked.input("x", "FP32").addAllShape(Collections.nCopies(100_000, 1L)))
            .build(),
        "dimensions");
    refused(
        none.clone()
            .putParameters(
                "p", InferParameter.newBuilder().setStringParam("x".repeat(2 << 20)).build())
            .build(),
        "names, parameters and shapes");
  }

  /** A byte of the message, and four or eight in memory. */
  @Test
  void smallNumbersInAListAreReadUpToABound() {
    List<Integer> few = Collections.nCopies(10_000, 1);
    List<Integer> many = Collections.nCopies(1_000_000, 1);
    ModelInferRequest taken = typed(InferTensorContents.newBuilder().addAllIntContents(few));

    assertThat(read(taken.toByteArray())).isEqualTo(taken);
    refused(typed(InferTensorContents.newBuilder().addAllIntContents(many)), "raw_input_contents");
    refused(
        typed(
            InferTensorContents.newBuilder()
                .addAllInt64Contents(Collections.nCopies(1_000_000, 1L))),
        "raw_input_contents");
    refused(
        typed(
            InferTensorContents.newBuilder()
                .addAllBytesContents(Collections.nCopies(100_000, ByteString.EMPTY))),
        "raw_input_contents");
  }

  @Test
  void numbersThatTakeNoMoreInMemoryAreReadHoweverMany() {
    ModelInferRequest request =
        typed(
            InferTensorContents.newBuilder()
                .addAllFp32Contents(Collections.nCopies(2_000_000, 1f)));

    assertThat(read(request.toByteArray())).isEqualTo(request);
  }

  private static ModelInferRequest typed(InferTensorContents.Builder contents) {
    return ModelInferRequest.newBuilder()
        .addInputs(Asked.input("x", "FP32").setContents(contents))
        .build();
  }

  @Test
  void whateverBytesComeARequestIsReadOrRefused() {
    byte[] good =
        Asked.request("m", "x", "FP32", Asked.floats(1, 2), 2L)
            .putParameters("p", InferParameter.newBuilder().setBoolParam(true).build())
            .build()
            .toByteArray();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        read(bytes);
      } catch (io.grpc.StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      }
    }
  }
}

package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import retort.inference.InferParameter;
import retort.inference.InferTensorContents;
import retort.inference.ModelInferRequest;
import retort.server.FakeGenerator;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** Mutates requests with tensors; those that can be read are held against models of all types. */
class InferRequestFuzzTest {
  private static final FakeModels MODELS = models();

  private static FakeModels models() {
    FakeModels models = new FakeModels().with("maker", FakeGenerator.of("ab".repeat(32)));
    for (ElementType type : ElementType.values()) {
      models.with(
          type.name(),
          new TensorSpec("x", type, List.of(-1L, 2L)),
          new TensorSpec("y", type, List.of(-1L)));
      models.with(type.name() + "-one", new TensorSpec("x", type, List.of(1L, -1L, -1L)));
    }
    return models;
  }

  static Stream<byte[]> seeds() {
    InferParameter timeout = InferParameter.newBuilder().setInt64Param(1000).build();
    InferTensorContents.Builder contents =
        InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2);
    ModelInferRequest.Builder none = ModelInferRequest.newBuilder().setModelName("m").setId("i");
    return Stream.of(
            Asked.request("m", "x", "FP32", Asked.floats(1, 2), 1L, 2L)
                .addInputs(Asked.input("y", "FP32", 1L))
                .addRawInputContents(Asked.floats(3))
                .putParameters("timeout", timeout),
            none.clone().addInputs(Asked.input("x", "FP32", 1L, 1L, 2L).setContents(contents)),
            Asked.request(
                    "m", "x", "BYTES", ByteString.fromHex("010000006101000000" + "62"), 1L, 2L)
                .addInputs(Asked.input("y", "BYTES", 1L))
                .addRawInputContents(ByteString.fromHex("00000000")),
            Asked.request("m-frames", "seed", "INT64", Asked.integer(7), 1L)
                .addInputs(Asked.input("frames", "INT64", 1L))
                .addRawInputContents(Asked.integer(4)))
        .map(request -> request.build().toByteArray());
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "30s")
  void everyRequestIsTakenOrRefused(byte[] bytes) {
    ModelInferRequest request;
    try {
      request = new InferRequestReader().parse(new ByteArrayInputStream(bytes));
      RequestParameters.of(request);
    } catch (StatusRuntimeException e) {
      requireRefusal(e);
      return;
    }
    List<String> names = new ArrayList<>();
    MODELS.versions().forEach(version -> names.add(version.model()));
    names.add("maker-frames");
    names.remove("broken");
    for (String name : names) {
      try (ServedModel model = new ModelDirectory(MODELS).find(name, "")) {
        take(request, model);
      } catch (StatusRuntimeException e) {
        requireRefusal(e);
      }
    }
  }

  private static void take(ModelInferRequest request, ServedModel model) {
    new WantedOutputs(request, model);
    Map<String, TensorValue> inputs = InputTensors.of(request, model);
    if (model.decoupled()) {
      FramesModel.wanted(inputs, 3);
    }
  }

  private static void requireRefusal(StatusRuntimeException e) {
    assertThat(e.getStatus().getCode()).isIn(Code.INVALID_ARGUMENT, Code.UNIMPLEMENTED);
    assertThat(e.getStatus().getDescription()).isNotEmpty();
  }
}

package retort.clients.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.inference.ModelInferRequest;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelMetadataResponse.TensorMetadata;

class TensorRequestTest {
  private static ModelMetadataResponse model(String datatype, Long... shape) {
    return ModelMetadataResponse.newBuilder()
        .addInputs(
            TensorMetadata.newBuilder()
                .setName("input")
                .setDatatype(datatype)
                .addAllShape(List.of(shape)))
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,1",
    "INT8,1",
    "UINT8,1",
    "INT16,2",
    "UINT16,2",
    "FP16,2",
    "BF16,2",
    "INT32,4",
    "UINT32,4",
    "FP32,4",
    "INT64,8",
    "UINT64,8",
    "FP64,8",
    "BYTES,8"
  })
  void everyDatatypeIsFilledRaw(String datatype, int width) {
    ModelInferRequest request = TensorRequest.of(model(datatype, -1L, 3L), "m", Map.of(), Map.of());

    assertThat(request.getModelName()).isEqualTo("m");
    assertThat(request.getInputs(0).getShapeList()).containsExactly(1L, 3L);
    assertThat(request.getRawInputContents(0).size()).isEqualTo(3 * width);
  }

  @Test
  void everyInputIsFilled() {
    ModelMetadataResponse two =
        model("FP32", -1L, 2L).toBuilder()
            .addInputs(
                TensorMetadata.newBuilder().setName("label").setDatatype("INT64").addShape(1))
            .build();

    ModelInferRequest request = TensorRequest.of(two, "m", Map.of(), Map.of());

    assertThat(request.getInputsList())
        .extracting(ModelInferRequest.InferInputTensor::getName)
        .containsExactly("input", "label");
    assertThat(request.getRawInputContentsCount()).isEqualTo(2);
  }

  @Test
  void aShapeThatIsGivenCounts() {
    ModelInferRequest request =
        TensorRequest.of(
            model("UINT8", -1L, -1L), "m", Map.of("input", new long[] {2, 5}), Map.of());

    assertThat(request.getInputs(0).getShapeList()).containsExactly(2L, 5L);
    assertThat(request.getRawInputContents(0).size()).isEqualTo(10);
  }

  @Test
  void anOpenShapeIsAskedFor() {
    assertThatExceptionOfType(BenchException.class)
        .isThrownBy(() -> TensorRequest.of(model("FP32", 1L, -1L), "m", Map.of(), Map.of()))
        .withMessageContaining("pass --shape input=1,...");
  }

  @Test
  void aShapeOfNoInputIsRefused() {
    assertThatExceptionOfType(BenchException.class)
        .isThrownBy(
            () ->
                TensorRequest.of(model("FP32", 1L), "m", Map.of("other", new long[] {1}), Map.of()))
        .withMessage("--shape names the input other but the model m has input; name one of them");
  }

  @Test
  void aTensorPastMemoryIsRefused() {
    assertThatExceptionOfType(BenchException.class)
        .isThrownBy(
            () ->
                TensorRequest.of(
                    model("FP32", 1L),
                    "m",
                    Map.of("input", new long[] {999_999_999, 999_999_999, 999_999_999}),
                    Map.of()))
        .withMessageContaining("pass a smaller --shape");
  }

  @Test
  void aDatatypeThatIsUnknownIsNamed() {
    assertThatExceptionOfType(BenchException.class)
        .isThrownBy(() -> TensorRequest.of(model("FP8", 1L), "m", Map.of(), Map.of()))
        .withMessageContaining("has the datatype FP8");
  }
}

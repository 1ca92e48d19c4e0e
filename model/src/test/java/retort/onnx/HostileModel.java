package retort.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import retort.graph.Tensor;

/**
 * A file made to do harm, and what its refusal names.
 *
 * @param what is wrong with it
 * @param named the place first
 */
record HostileModel(String what, ModelProto model, List<String> named) {
  private static final Duration SOON = Duration.ofSeconds(20);

  static HostileModel refused(String what, ModelProto model, String... named) {
    return new HostileModel(what, model, List.of(named));
  }

  /** That each is refused, soon, and in a sentence. */
  static Stream<DynamicTest> tests(List<HostileModel> models) {
    return models.stream()
        .map(model -> DynamicTest.dynamicTest(model.what(), model::assertRefused));
  }

  private void assertRefused() {
    byte[] bytes = model.toByteArray();

    Assertions.assertTimeoutPreemptively(
        SOON,
        () ->
            assertThatThrownBy(() -> OnnxReader.read(bytes))
                .isInstanceOf(OnnxException.class)
                .hasMessageStartingWith("the model: ")
                .message()
                .contains(named)
                .hasSizeLessThan(2000));
  }

  static OnnxFiles file() {
    return OnnxFiles.opset(21).input("x", "n", 2);
  }

  static ModelProto relu() {
    return file().node("Relu", List.of("x"), List.of("y")).model("y");
  }

  interface Change {
    void apply(GraphProto.Builder graph);
  }

  static ModelProto changed(ModelProto model, Change change) {
    ModelProto.Builder builder = model.toBuilder();
    change.apply(builder.getGraphBuilder());
    return builder.build();
  }

  static ByteString bytes(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  static Tensor numbers(int count) {
    return Tensor.floats(new int[] {count}, new float[count]);
  }
}

package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.Tensor;

class OnnxOutlineTest {
  @TempDir Path folder;

  @Test
  void aFileIsOutlinedWhateverItsOperators() throws IOException {
    Path file = folder.resolve("foreign.onnx");
    Files.write(
        file,
        OnnxFiles.opset(17)
            .input("x", "n", 3, "height")
            .weight("w", Tensor.floats(new int[] {2, 3}, new float[6]))
            .node("Conv", List.of("x", "w"), List.of("h"))
            .node("com.example:Sparkle", List.of("h"), List.of("y"))
            .model("y")
            .toByteArray());

    OnnxOutline outline = OnnxOutline.read(file);

    assertThat(outline.opsets()).containsEntry("ai.onnx", 17L);
    assertThat(outline.inputs()).containsExactly("x float32[n, 3, height]");
    assertThat(outline.operators())
        .containsExactlyInAnyOrderEntriesOf(Map.of("Conv", 1, "com.example.Sparkle", 1));
    assertThat(outline.weights()).isEqualTo(6);
  }

  private String graph(int columns, float weight, String operator) throws IOException {
    float[] weights = new float[2 * columns];
    Arrays.fill(weights, weight);
    Path file = folder.resolve("one.onnx");
    Files.write(
        file,
        OnnxFiles.opset(17)
            .input("x", "n", columns)
            .weight("w", Tensor.floats(new int[] {2, columns}, weights))
            .node(operator, List.of("x", "w"), List.of("y"))
            .model("y")
            .toByteArray());
    return OnnxOutline.read(file).graph();
  }

  @Test
  void graphIsTheSameWhereOnlyWeightsDiffer() throws IOException {
    String graph = graph(300, 0, "MatMul");

    assertThat(graph(300, 5, "MatMul")).isEqualTo(graph);
    assertThat(graph(301, 0, "MatMul")).isNotEqualTo(graph);
    assertThat(graph(300, 0, "Gemm")).isNotEqualTo(graph);
  }
}

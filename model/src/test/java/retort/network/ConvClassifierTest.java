package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;

class ConvClassifierTest {

  @Test
  void eachImageHasFeaturesAndALogitForEachLabel() {
    Graph network = new ConvClassifier(4, 1, 3, List.of(2), 5).build(1);
    Tensor images = Tensor.floats(new int[] {2, 1, 4, 4}, new float[32]);

    Map<String, Tensor> results = Interpreter.run(network, Map.of("image", images));

    assertThat(Objects.requireNonNull(results.get("features")).shape()).containsExactly(2, 5);
    assertThat(Objects.requireNonNull(results.get("logits")).shape()).containsExactly(2, 3);
  }

  @Test
  void moreConvolutionsThanTheResolutionHasHalvesAreRefused() {
    assertThatThrownBy(() -> new ConvClassifier(8, 1, 2, List.of(4, 4, 4, 4), 4))
        .hasMessageContaining("at most 3");
  }

  @Test
  void emptyLayersAreRefused() {
    assertThatThrownBy(() -> new ConvClassifier(8, 1, 2, List.of(0), 4))
        .hasMessageContaining("should be at least 1");
    assertThatThrownBy(() -> new ConvClassifier(8, 1, 2, List.of(4), 0))
        .hasMessageContaining("0 features");
    assertThatThrownBy(() -> new ConvClassifier(8, 1, 0, List.of(4), 4))
        .hasMessageContaining("0 labels");
  }
}

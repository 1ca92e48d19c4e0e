package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.graph.GraphException;
import retort.graph.Tensor;
import retort.graph.Weight;

class RecognizedUNetTest {
  private static final UNetPlan PLAN =
      new UNetPlan(16, 2, 2, 0, 0, 8, List.of(1, 2, 2), 4, 2, Set.of(8), 0.1, 0);
  private static final UNetPlan CONDITIONAL =
      new UNetPlan(8, 1, 3, 5, 9, 64, List.of(2, 1), 3, 1, Set.of(4, 8), 0.1, 0);

  @TestFactory
  Stream<DynamicTest> theNetworkIsRecognizedFromItsTensors() {
    SongUNet.Embedding fourier = SongUNet.Embedding.FOURIER;
    SongUNet.Encoder skip = SongUNet.Encoder.SKIP;
    SongUNet.Decoder adding = SongUNet.Decoder.SKIP;
    return DynamicTest.stream(
        Stream.of(
            SongUNet.ddpmpp(PLAN),
            SongUNet.ddpmpp(CONDITIONAL),
            SongUNet.ncsnpp(CONDITIONAL),
            new SongUNet(PLAN, fourier, 1, skip, adding, List.of(1.0, 2.0)),
            new SongUNet(
                PLAN,
                SongUNet.Embedding.POSITIONAL,
                3,
                SongUNet.Encoder.RESIDUAL,
                adding,
                List.of(1.0, 4.0, 7.0, 6.0, 3.0, 1.0)),
            new SongUNet(
                PLAN,
                SongUNet.Embedding.ZERO,
                1,
                SongUNet.Encoder.STANDARD,
                SongUNet.Decoder.STANDARD,
                SongUNet.BOX_FILTER),
            SongUNet.cifar10(10).withOutChannels(6),
            new DhariwalUNet(CONDITIONAL),
            DhariwalUNet.imageNet64()),
        EdmUNet::toString,
        network -> {
          Map<String, Tensor> state = published(network);

          RecognizedUNet recognized = RecognizedUNet.of(state).orElseThrow();

          assertThat(recognized.network()).isEqualTo(withDefaults(network));
        });
  }

  /** Dropout is not in the tensors. */
  private static EdmUNet withDefaults(EdmUNet network) {
    return network.equals(SongUNet.cifar10(10).withOutChannels(6))
        ? SongUNet.ddpmpp(32, 3, 10, 9, 128, List.of(2, 2, 2), 4, 4, Set.of(16), 0.1)
            .withOutChannels(6)
        : network;
  }

  /** The named weights, and a filter wherever a published network keeps one. */
  private static Map<String, Tensor> published(EdmUNet network) {
    Map<String, Tensor> state = new HashMap<>();
    network
        .build(new ShapesOnly())
        .weights()
        .forEach(
            (name, weight) -> {
              if (weight.role() != Weight.Role.CONSTANT) {
                state.put(name, weight.value());
              }
            });
    if (network instanceof SongUNet song) {
      Tensor square = square(song.resampleFilter());
      for (String name : List.copyOf(state.keySet())) {
        if (name.endsWith("_down.conv0.weight") || name.endsWith("_up.conv0.weight")) {
          state.put(name.replace(".weight", ".resample_filter"), square);
        }
      }
    }
    return state;
  }

  private static Tensor square(List<Double> filter) {
    int length = filter.size();
    double sum = filter.stream().mapToDouble(Double::doubleValue).sum();
    float[] values = new float[length * length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (filter.get(i / length) * filter.get(i % length) / (sum * sum));
    }
    return Tensor.floats(new int[] {1, 1, length, length}, values);
  }

  @Test
  void aFilterOfNoWholeNumbersIsRecognizedUpToAFactor() {
    Map<String, Tensor> state = published(SongUNet.ddpmpp(PLAN));
    state.replaceAll(
        (name, tensor) -> name.endsWith("resample_filter") ? square(List.of(1.0, 0.5)) : tensor);

    SongUNet network = (SongUNet) RecognizedUNet.of(state).orElseThrow().network();

    assertThat(network.resampleFilter().get(0) / network.resampleFilter().get(1))
        .isCloseTo(2, within(1e-6));
  }

  @Test
  void anotherNetworkIsNotRecognized() {
    Tensor one = Tensor.floats(new int[] {1}, 1);

    assertThat(RecognizedUNet.of(Map.of())).isEmpty();
    assertThat(RecognizedUNet.of(Map.of("conv_in.weight", one))).isEmpty();
    assertThat(
            RecognizedUNet.of(
                Map.of("enc.64x64_conv.weight", one, "enc.64x64_block0.emb_linear.weight", one)))
        .isEmpty();
  }

  @Test
  void anIncompleteNetworkIsRefused() {
    Map<String, Tensor> state = published(new DhariwalUNet(CONDITIONAL));
    state.remove("enc.4x4_block0.conv0.weight");

    assertThatThrownBy(() -> RecognizedUNet.of(state))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("tensor 'enc.4x4_block0.conv0.weight' is missing");

    state.put("enc.4x4_block0.conv0.weight", Tensor.floats(new int[] {0, 3}));

    assertThatThrownBy(() -> RecognizedUNet.of(state))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("is FLOAT32[0, 3]");
  }
}

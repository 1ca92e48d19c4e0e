package retort.network;

import static retort.graph.GraphAgreement.normal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.Edm2Preconditioning;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.Weight;
import retort.reference.Tolerance;

/** EDM2 as a graph against EDM2 as loops, both in double precision. */
class Edm2HandCheckTest {
  /** Sums of some thousand terms in another order. */
  private static final Tolerance DOUBLE = new Tolerance(1e-10);

  private static final int SIDE = 8;
  private static final int N = 2;

  private static Stream<Map<String, Object>> arguments() {
    Map<String, Object> plain =
        Map.of(
            "img_resolution", SIDE,
            "img_channels", 2,
            "label_dim", 3,
            "model_channels", 4,
            "channel_mult", List.of(1, 2),
            "num_blocks", 1,
            "attn_resolutions", List.of(4),
            "channels_per_head", 4);
    return Stream.of(
        plain,
        with(plain, Map.of("label_dim", 0, "resample_filter", List.of(1, 3, 3, 1))),
        with(
            plain,
            Map.of(
                "label_balance", 0.2,
                "concat_balance", 0.7,
                "res_balance", 0.4,
                "attn_balance", 0.1,
                "clip_act", 0.9,
                "dropout", 0.1,
                "channels_per_head", 3,
                "channel_mult_noise", 2,
                "channel_mult_emb", 3)),
        with(plain, Map.of("channel_mult", List.of(2, 1, 3), "num_blocks", 2)),
        with(plain, Map.of("channels_per_head", 64, "attn_resolutions", List.of(8, 4))));
  }

  private static Map<String, Object> with(Map<String, Object> all, Map<String, Object> changed) {
    Map<String, Object> result = new HashMap<>(all);
    result.putAll(changed);
    return result;
  }

  @ParameterizedTest
  @MethodSource("arguments")
  void aNetworkAgrees(Map<String, Object> given) {
    Arguments arguments = new Arguments(given);
    Edm2UNet config = Edm2UNet.of(arguments);
    Graph head = new Edm2LogVariance(6).build(2);
    Graph graph = alive(new Edm2Preconditioning(0.4).denoiser(config.build(1), head));
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put("noisy", normal(3, N, 2, SIDE, SIDE));
    feeds.put("sigma", Tensor.floats(new int[] {N}, 0.3f, 7));
    int labels = config.labelDim();
    if (labels > 0) {
      feeds.put("label", normal(4, N, labels));
    }

    Map<String, Tensor> actual = Interpreter.run(graph, feeds);

    Map<String, Tensor> weights = new HashMap<>();
    graph.weights().forEach((name, weight) -> weights.put(name, weight.value()));
    PlainEdm2UNet expected = new PlainEdm2UNet(config, weights);
    double[] noisy = row(feeds, "noisy", 0);
    double[] denoised = new double[N * noisy.length];
    double[] logVariance = new double[N];
    for (int i = 0; i < N; i++) {
      double sigma = row(feeds, "sigma", i)[0];
      double[] label = labels > 0 ? row(feeds, "label", i) : new double[0];
      double[][][] image = expected.denoised(0.4, image(row(feeds, "noisy", i)), sigma, label);
      System.arraycopy(flat(image), 0, denoised, i * noisy.length, noisy.length);
      logVariance[i] = expected.logVariance(sigma);
    }
    DOUBLE.check("denoised", values(actual, "denoised"), denoised);
    DOUBLE.check("logvar", values(actual, "logvar"), logVariance);
  }

  /** Gains start as zero, which would hide what they scale. */
  private static Graph alive(Graph graph) {
    Map<String, Tensor> changed = new HashMap<>();
    graph
        .weights()
        .forEach(
            (name, weight) -> {
              if (weight.role() == Weight.Role.PARAMETER) {
                changed.put(name, normal(name.hashCode(), weight.value().shape()));
              }
            });
    return graph.withWeights(changed);
  }

  private static double[] values(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).reals();
  }

  private static double[] row(Map<String, Tensor> feeds, String name, int i) {
    double[] all = values(feeds, name);
    int size = all.length / N;
    return Arrays.copyOfRange(all, i * size, (i + 1) * size);
  }

  private static double[][][] image(double[] values) {
    double[][][] image = new double[values.length / (SIDE * SIDE)][SIDE][SIDE];
    for (int i = 0; i < values.length; i++) {
      image[i / (SIDE * SIDE)][i / SIDE % SIDE][i % SIDE] = values[i];
    }
    return image;
  }

  private static double[] flat(double[][][] image) {
    return Arrays.stream(image).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
  }
}

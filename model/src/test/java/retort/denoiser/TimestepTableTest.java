package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.DataType;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.noise.DdpmSchedule;
import retort.statistics.NpyArray;
import retort.statistics.NpyFile;
import retort.statistics.NpzFile;

class TimestepTableTest {
  @TempDir private Path folder = Path.of(".");

  private static double[] times(NetworkTime time, double... sigmas) {
    GraphBuilder g = new GraphBuilder();
    g.output("time", time.at(g, g.input("sigma", Shape.batch())));
    Tensor sigma = Tensor.reals(DataType.FLOAT32, new int[] {sigmas.length}, sigmas);
    return Objects.requireNonNull(Interpreter.run(g.build(), Map.of("sigma", sigma)).get("time"))
        .reals();
  }

  @Test
  void levelsOfTheTableGetTheirTimestep() {
    TimestepTable table = TimestepTable.linear(1000, 1e-4, 0.02);
    double[] sigmas = IntStream.range(0, 1000).mapToDouble(table::sigma).toArray();

    double[] times = times(table, sigmas);

    for (int t = 0; t < times.length; t++) {
      assertThat(times[t]).isCloseTo(t, within(1e-4));
    }
  }

  @Test
  void betweenThemTimeIsLinearInLogSigmaAndBeyondThemItStops() {
    TimestepTable table = TimestepTable.scaledLinear(1000, 0.00085, 0.012);
    DdpmSchedule schedule =
        new DdpmSchedule(
            1000,
            0.00085,
            0.012,
            DdpmSchedule.BetaCurve.SCALED_LINEAR,
            DdpmSchedule.Spacing.LEADING);
    double[] sigmas = {0.002, 0.0295, 0.1, 0.7, 2.5, 14.1, 160};

    double[] times = times(table, sigmas);

    for (int i = 0; i < sigmas.length; i++) {
      assertThat(times[i]).isCloseTo(schedule.timeOf(sigmas[i]), within(1e-4));
    }
  }

  @Test
  void tablesMayFall() {
    TimestepTable table = TimestepTable.ofSigmas(new double[] {100, 10, 1}, NoiseState.EXPLODING);

    assertThat(times(table, 100, Math.sqrt(1000), 10, 1, 1e-3))
        .containsExactly(new double[] {0, 0.5, 1, 2, 2}, within(1e-6));
  }

  @Test
  void squaredCosineIsThatOfImprovedDdpm() {
    TimestepTable table = TimestepTable.squaredCosine(1000);

    for (int t : new int[] {0, 1, 500, 990}) {
      double signal = cosine((t + 1) / 1000.0) / cosine(0);
      assertThat(table.sigma(t)).isCloseTo(Math.sqrt((1 - signal) / signal), within(1e-9));
    }
    double last = 1 / (1 + Math.pow(table.sigma(999), 2));
    double before = 1 / (1 + Math.pow(table.sigma(998), 2));
    assertThat(last / before).isCloseTo(0.001, within(1e-9));
  }

  private static double cosine(double share) {
    return Math.pow(Math.cos((share + 0.008) / 1.008 * Math.PI / 2), 2);
  }

  @Test
  void filesHoldCumulativeProductsOrSigmas() {
    double[] sigmas = {0.1, 1, 10};
    double[] alphas = Arrays.stream(sigmas).map(s -> 1 / (1 + s * s)).toArray();
    Path npy = folder.resolve("alphas.npy");
    Path npz = folder.resolve("sigmas.npz");
    NpyFile.write(npy, NpyArray.of(alphas, 3));
    NpzFile.write(npz, Map.of("sigmas", NpyArray.of(sigmas, 3)));

    TimestepTable products = TimestepTable.read(npy, Optional.empty());
    TimestepTable levels = TimestepTable.read(npz, Optional.of(NoiseState.EXPLODING));

    for (int t = 0; t < 3; t++) {
      assertThat(products.sigma(t)).isCloseTo(sigmas[t], within(1e-12));
      assertThat(levels.sigma(t)).isEqualTo(sigmas[t]);
    }
    assertThat(products.state()).isEqualTo(NoiseState.PRESERVING);
    assertThat(levels.state()).isEqualTo(NoiseState.EXPLODING);
  }

  @Test
  void fileWithTwoReadingsIsRefused() {
    Path npy = folder.resolve("table.npy");
    NpyFile.write(npy, NpyArray.of(new double[] {0.1, 0.2, 0.3}, 3));

    assertThatThrownBy(() -> TimestepTable.read(npy, Optional.empty()))
        .hasMessageContaining("named sigmas or alphas_cumprod");
  }

  @Test
  void sigmasDoNotSayHowTheInputIsScaled() {
    Path npy = folder.resolve("table.npy");
    NpyFile.write(npy, NpyArray.of(new double[] {0.1, 2, 30}, 3));

    assertThatThrownBy(() -> TimestepTable.read(npy, Optional.empty()))
        .hasMessageContaining("--state=exploding");
  }

  @Test
  void tableOutOfOrderIsRefused() {
    assertThatThrownBy(() -> TimestepTable.ofSigmas(new double[] {1, 3, 2}, NoiseState.EXPLODING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in order");
  }
}

package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.statistics.FeatureRows;
import retort.statistics.Moments;
import retort.statistics.NpyArray;
import retort.statistics.NpyException;
import retort.statistics.NpzFile;

class ReferenceStatisticsTest {
  private static final FeatureRows ROWS = new FeatureRows(new float[] {1, 2, 3, 5, 8, 13}, 2);

  @TempDir private Path folder;

  private Path file(Map<String, NpyArray> arrays) {
    Path file = folder.resolve("reference.npz");
    NpzFile.write(file, arrays);
    return file;
  }

  private static Map<String, NpyArray> published() {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("mu", NpyArray.of(new double[] {1, 2}, 2));
    arrays.put("sigma", NpyArray.of(new double[] {4, 1, 1, 3}, 2, 2));
    return arrays;
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Path file = folder.resolve("reference.npz");
    new ReferenceStatistics(Moments.of(ROWS), Optional.of(ROWS), Optional.of("ab12")).write(file);

    ReferenceStatistics read = ReferenceStatistics.read(file);

    assertThat(read.moments().count()).isEqualTo(3);
    assertThat(read.moments().mean()).containsExactly(Moments.of(ROWS).mean());
    assertThat(read.moments().covariance()).containsExactly(Moments.of(ROWS).covariance());
    assertThat(read.features().orElseThrow().values()).containsExactly(ROWS.values());
    assertThat(read.network()).contains("ab12");
  }

  @Test
  void publishedStatisticsHaveMeanAndCovarianceAlone() {
    ReferenceStatistics read = ReferenceStatistics.read(file(published()));

    assertThat(read.moments().mean()).containsExactly(1, 2);
    assertThat(read.moments().covariance()).containsExactly(4, 1, 1, 3);
    assertThat(read.features()).isEmpty();
    assertThat(read.network()).isEmpty();
  }

  @Test
  void arraysOfAnotherFormAreRefused() {
    Map<String, NpyArray> other =
        Map.of(
            "mu", NpyArray.of(new double[4], 2, 2),
            "sigma", NpyArray.of(new double[] {4, 1, 1}, 3),
            "count", NpyArray.of(new double[] {3}, 1),
            "features", NpyArray.of(new float[6], 2, 3),
            "network", NpyArray.of(new long[2], 2));
    other.forEach(
        (name, array) -> {
          Map<String, NpyArray> arrays = published();
          arrays.put(name, array);
          assertThatThrownBy(() -> ReferenceStatistics.read(file(arrays)))
              .as(name)
              .isInstanceOf(NpyException.class)
              .hasMessageContaining("but mu [F] and sigma [F, F] are expected");
        });
  }

  @Test
  void numbersThatCannotBeStatisticsAreRefused() {
    Map<String, NpyArray> infinite = published();
    infinite.put("mu", NpyArray.of(new double[] {1, Double.NaN}, 2));
    Map<String, NpyArray> single = published();
    single.put("count", NpyArray.of(new long[] {0}, 1));
    Map<String, NpyArray> lopsided = published();
    lopsided.put("sigma", NpyArray.of(new double[] {4, 1, 2, 3}, 2, 2));
    Map<String, NpyArray> indefinite = published();
    indefinite.put("sigma", NpyArray.of(new double[] {1, 2, 2, 1}, 2, 2));
    Map<String, NpyArray> huge = published();
    huge.put("features", NpyArray.of(new double[] {1, 2, 3, 1e300}, 2, 2));

    assertThatThrownBy(() -> ReferenceStatistics.read(file(infinite)))
        .hasMessageContaining("not finite");
    assertThatThrownBy(() -> ReferenceStatistics.read(file(single)))
        .hasMessageContaining("reference.npz: count is 0 but");
    assertThatThrownBy(() -> ReferenceStatistics.read(file(lopsided)))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("reference.npz: the covariance of the reference is not symmetric");
    assertThatThrownBy(() -> ReferenceStatistics.read(file(indefinite)))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("reference.npz: the covariance of the reference is not positive");
    assertThatThrownBy(() -> ReferenceStatistics.read(file(huge)))
        .hasMessageContaining("not finite");
  }
}

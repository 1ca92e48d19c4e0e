package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against SciPy, on ResNet features of 1,000 + 1,000 images. Its matrix square root is good to
 * about ten digits, ours to more.
 */
class FrechetReferenceTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("retort.reference", "../../shared/reference"), "frechet");

  @BeforeEach
  void referenceIsThere() {
    assumeTrue(
        Files.isDirectory(FOLDER),
        () -> FOLDER + " is absent: give its parent folder with -Dretort.reference=DIR");
  }

  @Test
  void meanAndCovarianceAreThoseOfNumpy() {
    Moments train = Moments.of(features("features_train.npy"));

    assertThat(train.mean()).containsExactly(array("train_mu.npy").doubles(), offset(1e-12));
    assertThat(train.covariance())
        .containsExactly(array("train_sigma.npy").doubles(), offset(1e-12));
  }

  @Test
  void distanceOfTrainAndTestIsThatOfScipy() throws IOException {
    Moments train = Moments.of(features("features_train.npy"));
    Moments test = Moments.of(features("features_test.npy"));

    assertThat(FrechetDistance.between(train, test))
        .isCloseTo(expected("train_vs_test"), offset(1e-9));
    assertThat(FrechetDistance.between(test, test)).isCloseTo(0.0, offset(1e-11));
  }

  @Test
  void distanceOfTheShuffledHalvesIsThatOfScipy() throws IOException {
    FeatureRows rows = features("features_test.npy");
    long[] order = array("perm.npy").longs();

    double distance =
        FrechetDistance.between(
            Moments.of(chosen(rows, order, 0, 500)), Moments.of(chosen(rows, order, 500, 1000)));

    assertThat(distance).isCloseTo(expected("test_half_vs_half"), offset(1e-9));
  }

  @Test
  void unsignedBytesAreRead() {
    NpyArray images = array("images_test_first4_u8_nhwc.npy");

    assertThat(images.type()).isEqualTo(NpyType.UINT8);
    assertThat(images.shape()).containsExactly(4, 32, 32, 3);
    assertThat(Arrays.stream(images.longs()).summaryStatistics().getMin()).isNotNegative();
    assertThat(Arrays.stream(images.longs()).summaryStatistics().getMax()).isBetween(128L, 255L);
  }

  private static FeatureRows chosen(FeatureRows rows, long[] order, int from, int to) {
    float[] values = new float[(to - from) * rows.dimension()];
    for (int i = 0; i < values.length; i++) {
      int row = (int) order[from + i / rows.dimension()];
      values[i] = rows.value(row, i % rows.dimension());
    }
    return new FeatureRows(values, rows.dimension());
  }

  private static FeatureRows features(String file) {
    NpyArray array = array(file);
    return new FeatureRows(array.floats(), array.shape()[1]);
  }

  private static NpyArray array(String file) {
    return NpyFile.read(FOLDER.resolve(file));
  }

  private static double expected(String key) throws IOException {
    JsonObject values =
        JsonParser.parseString(Files.readString(FOLDER.resolve("frechet.json"))).getAsJsonObject();
    return values.get(key).getAsDouble();
  }
}

package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;

/** Against SciPy, on features of real images, in every case of the kind that there is. */
class FrechetReferenceTest {
  private static final Set<String> KIND = Set.of("frechet");

  /** What is promised. SciPy's matrix square root is good to about ten digits, ours to more. */
  private static final double PROMISED = 1e-6;

  private static final double ROUNDING = 1e-12;

  @TestFactory
  Stream<DynamicTest> meanAndCovarianceAreThoseOfNumpy() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          Moments train = Moments.of(features(reference, "features_train.npy"));
          double[] mean = array(reference, "train_mu.npy").doubles();
          double[] covariance = array(reference, "train_sigma.npy").doubles();

          assertThat(train.mean()).containsExactly(mean, offset(ROUNDING * largest(mean)));
          assertThat(train.covariance())
              .containsExactly(covariance, offset(ROUNDING * largest(covariance)));
        });
  }

  private static double largest(double... values) {
    return Math.max(1, Arrays.stream(values).map(Math::abs).max().orElseThrow());
  }

  @TestFactory
  Stream<DynamicTest> distancesAreThoseOfScipy() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          FeatureRows rows = features(reference, "features_test.npy");
          Moments train = Moments.of(features(reference, "features_train.npy"));
          Moments test = Moments.of(rows);
          JsonObject expected = reference.json("frechet.json");

          assertThat(FrechetDistance.between(train, test))
              .isCloseTo(expected.get("train_vs_test").getAsDouble(), offset(PROMISED));
          assertThat(FrechetDistance.between(test, test)).isCloseTo(0.0, offset(PROMISED));
          assertThat(distanceOfHalves(rows, array(reference, "perm.npy").longs()))
              .isCloseTo(expected.get("test_half_vs_half").getAsDouble(), offset(PROMISED));
        });
  }

  private static double distanceOfHalves(FeatureRows rows, long... order) {
    int[] shuffled = Arrays.stream(order).mapToInt(Math::toIntExact).toArray();
    int half = shuffled.length / 2;
    return FrechetDistance.between(
        Moments.of(rows.rows(Arrays.copyOf(shuffled, half))),
        Moments.of(rows.rows(Arrays.copyOfRange(shuffled, half, shuffled.length))));
  }

  @TestFactory
  Stream<DynamicTest> comparisonsOfRowsAreThoseOfTheirFormulas() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          FeatureRows train = some(features(reference, "features_train.npy"));
          FeatureRows test = some(features(reference, "features_test.npy"));

          assertThat(KernelDistance.between(train, test))
              .isCloseTo(NaiveComparison.kernelDistance(train, test), offset(PROMISED));
          assertThat(PrecisionRecall.between(train, test))
              .isEqualTo(NaiveComparison.precisionRecall(train, test, 3));
        });
  }

  private static FeatureRows some(FeatureRows rows) {
    return rows.rows(IntStream.range(0, Math.min(300, rows.count())).toArray());
  }

  private static FeatureRows features(ReferenceCase reference, String file) {
    NpyArray array = array(reference, file);
    return new FeatureRows(array.floats(), array.shape()[1]);
  }

  private static NpyArray array(ReferenceCase reference, String file) {
    return NpyFile.read(reference.folder().resolve(file));
  }
}

package retort.trainer.evaluate;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import retort.statistics.FeatureRows;
import retort.statistics.FrechetDistance;
import retort.statistics.Moments;
import retort.statistics.NpyArray;
import retort.statistics.NpyException;
import retort.statistics.NpyType;
import retort.statistics.NpzFile;

/**
 * What a feature network says of real images, as a file: an .npz with {@code mu} float64 [F] and
 * {@code sigma} float64 [F, F], as EDM publishes them, and of our own beside them {@code count}
 * int64 [1], {@code features} float32 [n, F] of some of the images, and {@code network} uint8 [64],
 * the SHA-256 of the network's file in hexadecimal. Files without ours give a Frechet distance and
 * nothing else.
 *
 * @param moments mean and covariance over all images
 * @param features of images drawn at random from all, at least 2 rows
 * @param network the digest of the network's file
 */
public record ReferenceStatistics(
    Moments moments, Optional<FeatureRows> features, Optional<String> network) {
  private static final String MU = "mu";
  private static final String SIGMA = "sigma";
  private static final String COUNT = "count";
  private static final String FEATURES = "features";
  private static final String NETWORK = "network";

  /** Has no shape that anything needed has. */
  private static final NpyArray ABSENT = NpyArray.of(new double[0], 0);

  /** For files that do not say how many images they are of; no figure depends on it. */
  private static final long USUAL_COUNT = 50_000;

  /** Writes statistics, over any file of that name. */
  public void write(Path file) {
    int f = moments.dimension();
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put(MU, NpyArray.of(moments.mean(), f));
    arrays.put(SIGMA, NpyArray.of(moments.covariance(), f, f));
    arrays.put(COUNT, NpyArray.of(new long[] {moments.count()}, 1));
    features.ifPresent(rows -> arrays.put(FEATURES, NpyArray.of(rows.values(), rows.count(), f)));
    network.ifPresent(
        digest -> {
          byte[] text = digest.getBytes(StandardCharsets.US_ASCII);
          arrays.put(NETWORK, NpyArray.ofUnsignedBytes(text, text.length));
        });
    NpzFile.write(file, arrays);
  }

  /**
   * Reads statistics.
   *
   * @throws NpyException when the file cannot be read, or is not of this form
   */
  public static ReferenceStatistics read(Path file) {
    Map<String, NpyArray> arrays = NpzFile.read(file);
    NpyArray mu = arrays.getOrDefault(MU, ABSENT);
    NpyArray sigma = arrays.getOrDefault(SIGMA, ABSENT);
    Optional<NpyArray> count = Optional.ofNullable(arrays.get(COUNT));
    Optional<NpyArray> features = Optional.ofNullable(arrays.get(FEATURES));
    Optional<NpyArray> network = Optional.ofNullable(arrays.get(NETWORK));
    int f = mu.count();
    boolean fits =
        f > 0
            && Arrays.equals(mu.shape(), new int[] {f})
            && Arrays.equals(sigma.shape(), new int[] {f, f})
            && count.stream().allMatch(ReferenceStatistics::isNumber)
            && features.stream().allMatch(rows -> isRows(rows, f))
            && network.stream().allMatch(text -> text.type() == NpyType.UINT8);
    if (!fits) {
      throw new NpyException(
          file
              + ": holds "
              + arrays
              + ", but mu [F] and sigma [F, F] are expected, and perhaps count [1], features [n, F]"
              + " and network [64]; make it with 'retort evaluate --write-reference'");
    }
    if (!allFinite(mu)
        || !allFinite(sigma)
        || !features.stream().allMatch(ReferenceStatistics::allFloats)) {
      throw new NpyException(
          file + ": holds numbers that are not finite; make or download the file again");
    }
    return new ReferenceStatistics(
        moments(file, mu, sigma, count.map(number -> number.longs()[0]).orElse(USUAL_COUNT)),
        features.map(rows -> new FeatureRows(rows.floats(), f)),
        network.map(text -> new String(text.bytes(), StandardCharsets.US_ASCII)));
  }

  private static Moments moments(Path file, NpyArray mu, NpyArray sigma, long count) {
    try {
      if (count < 2) {
        throw new IllegalArgumentException(
            "count is " + count + " but statistics are of at least 2 images");
      }
      FrechetDistance.requireCovariance(sigma.doubles(), mu.count(), "the reference");
      return Moments.of(mu.doubles(), sigma.doubles(), count);
    } catch (IllegalArgumentException e) {
      throw new NpyException(file + ": " + e.getMessage(), e);
    }
  }

  private static boolean isNumber(NpyArray array) {
    return array.type() == NpyType.INT64 && array.count() == 1;
  }

  private static boolean isRows(NpyArray array, int dimension) {
    int[] shape = array.shape();
    return shape.length == 2 && shape[0] >= 2 && shape[1] == dimension;
  }

  /** Whether all stay finite as the floats that they become. */
  private static boolean allFloats(NpyArray array) {
    for (float value : array.floats()) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean allFinite(NpyArray array) {
    return Arrays.stream(array.doubles()).allMatch(Double::isFinite);
  }
}

package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import retort.statistics.Moments;
import retort.statistics.NpyArray;
import retort.statistics.NpyException;
import retort.statistics.NpzFile;

/**
 * Mean and covariance of the features of real images, as a file: an .npz with {@code mu} [F],
 * {@code sigma} [F, F] and {@code count}, which published statistics may lack.
 */
public final class ReferenceStatistics {
  private ReferenceStatistics() {}

  /** Writes statistics. */
  public static void write(Path file, Moments moments) {
    int f = moments.dimension();
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("mu", NpyArray.of(moments.mean(), f));
    arrays.put("sigma", NpyArray.of(moments.covariance(), f, f));
    arrays.put("count", NpyArray.of(new long[] {moments.count()}, 1));
    NpzFile.write(file, arrays);
  }

  /**
   * Reads statistics.
   *
   * @throws NpyException when the file cannot be read, or is not of this form
   */
  public static Moments read(Path file) {
    Map<String, NpyArray> arrays = NpzFile.read(file);
    NpyArray mu = arrays.get("mu");
    NpyArray sigma = arrays.get("sigma");
    if (mu == null || sigma == null || sigma.count() != mu.count() * mu.count()) {
      throw new NpyException(
          file + ": holds " + arrays + ", but mu [F] and sigma [F, F] are expected");
    }
    NpyArray count = arrays.get("count");
    return Moments.of(mu.doubles(), sigma.doubles(), count == null ? 50_000 : count.longs()[0]);
  }
}

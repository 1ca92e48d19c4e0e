package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import retort.denoiser.ImageShape;
import retort.file.FileDigest;
import retort.trainer.data.DataException;
import retort.trainer.data.SampledImages;

/** Images that {@code sample} drew into a file, without loss. */
public final class SampledSet implements ImageSet {
  private static final int PART = 250;

  private final SampledImages images;
  private final Map<String, String> origin = new LinkedHashMap<>();

  private SampledSet(Path file, SampledImages images) {
    this.images = images;
    origin.put("images_sha256", FileDigest.of(file));
    origin.putAll(new TreeMap<>(images.origin()));
    origin.put("seeds", images.seed(0) + ".." + images.seed(images.count() - 1));
  }

  /**
   * Reads the file into memory.
   *
   * @throws DataException when it is not what {@code sample} writes, or holds no image
   */
  public static SampledSet read(Path file) {
    SampledImages images = SampledImages.read(file);
    if (images.count() == 0) {
      throw new DataException(file + ": holds no images; draw some with 'retort sample'");
    }
    return new SampledSet(file, images);
  }

  @Override
  public ImageShape shape() {
    return images.shape();
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public Map<String, String> origin() {
    return origin;
  }

  @Override
  public void read(int first, Sink sink) {
    int size = shape().elements();
    boolean wanted = true;
    for (int from = first; from < count() && wanted; from += PART) {
      int end = Math.min(count(), from + PART);
      int[] labels = new int[images.labelled() ? end - from : 0];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = images.label(from + i);
      }
      wanted = sink.accept(Arrays.copyOfRange(images.images(), from * size, end * size), labels);
    }
  }
}

package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.ImageShape;
import retort.trainer.data.ImageDataset;

/**
 * The images of a data set, in its order: real ones, or generated ones that were saved without
 * loss.
 *
 * @param dataset holds them
 * @param origin their digest, and how many come from lossy files if any do
 */
public record DatasetImages(ImageDataset dataset, Map<String, String> origin) implements ImageSet {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetImages.class);
  private static final int PART = 250;

  /**
   * Reads what {@link ImageDataset#open(Path)} does, and warns of lossy files.
   *
   * @throws retort.trainer.data.DataException when that cannot be read
   */
  public static DatasetImages open(Path source) {
    ImageDataset dataset = ImageDataset.open(source);
    Map<String, String> origin = new LinkedHashMap<>();
    origin.put("images_sha256", dataset.digest());
    if (dataset.lossy() > 0) {
      origin.put("lossy_images", Integer.toString(dataset.lossy()));
      LOG.warn(
          "{}: {} of {} images are JPEG, a lossy format: fine for real images that were published so,"
              + " but generated ones must be saved as PNG or .npz to be judged",
          source,
          dataset.lossy(),
          dataset.size());
    }
    return new DatasetImages(dataset, origin);
  }

  @Override
  public ImageShape shape() {
    return dataset.shape();
  }

  @Override
  public int count() {
    return dataset.size();
  }

  @Override
  public void read(int first, Sink sink) {
    boolean more = true;
    for (int from = first; from < count() && more; from += PART) {
      int[] indices = IntStream.range(from, Math.min(count(), from + PART)).toArray();
      int[] labels =
          dataset.isLabelled() ? IntStream.of(indices).map(dataset::label).toArray() : new int[0];
      more = sink.accept(dataset.images(indices), labels);
    }
  }
}

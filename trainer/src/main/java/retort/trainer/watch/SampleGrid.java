package retort.trainer.watch;

import java.io.IOException;
import java.nio.file.Path;
import retort.denoiser.ImageShape;
import retort.image.ImageGrid;
import retort.trainer.data.ImageDataset;
import retort.trainer.evaluate.ImageSource;

/**
 * The samples of every report: image i has the seed i, whatever the run and its method, and all
 * images of a column have one label. Of more than ten labels, the first ten are shown.
 *
 * @param labels how many labels there are; 0 for none
 */
public record SampleGrid(int labels) {
  private static final int MOST_COLUMNS = 10;
  private static final int ROWS = 6;

  /** Images in a row: ten, or the most that all labels divide. */
  public int columns() {
    return labels == 0 || labels > MOST_COLUMNS
        ? MOST_COLUMNS
        : MOST_COLUMNS - MOST_COLUMNS % labels;
  }

  /** How many images there are. */
  public int count() {
    return ROWS * columns();
  }

  /** The label of each image; empty without labels. */
  public int[] imageLabels() {
    int[] label = new int[labels == 0 ? 0 : count()];
    for (int i = 0; i < label.length; i++) {
      label[i] = i % columns() % labels;
    }
    return label;
  }

  /** Makes the images [n, C, H, W], not clipped. */
  public float[] draw(ImageSource source) {
    long[] seeds = new long[count()];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = i;
    }
    return source.images(seeds, imageLabels(), labels);
  }

  /** Real images in the same order of labels: of each label the first ones. */
  public float[] real(ImageDataset data) {
    int[] wanted = imageLabels();
    int[] next = new int[Math.max(1, labels)];
    int[] chosen = new int[count()];
    for (int i = 0; i < chosen.length; i++) {
      int label = wanted.length == 0 ? 0 : wanted[i];
      for (int tried = 0; tried < data.size() && wanted.length > 0; tried++) {
        if (data.label(next[label] % data.size()) == label) {
          break;
        }
        next[label]++;
      }
      chosen[i] = next[label]++ % data.size();
    }
    return data.images(chosen);
  }

  /** Writes the images as a PNG file. */
  public void write(Path file, float[] images, ImageShape shape) {
    ImageGrid.ofColumns(columns()).write(file, images, shape);
  }

  /**
   * The grey levels [n, C, H, W] of such a file.
   *
   * @throws IOException when it cannot be read, or is of other images
   */
  int[] read(Path file, ImageShape shape) throws IOException {
    return ImageGrid.ofColumns(columns()).read(file, count(), shape);
  }
}

package retort.image;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import retort.denoiser.ImageShape;
import retort.file.WholeFile;

/**
 * Images laid out in rows, as one PNG file.
 *
 * <p>Image i stands in row {@code i / columns}; gaps, the rim and cells without an image are mid
 * grey. Immutable and safe to share between threads.
 *
 * @param columns images in a row
 * @param gapPixels between images and around them, as they are in the file
 * @param magnification each pixel becomes a square of this side
 */
public record ImageGrid(int columns, int gapPixels, int magnification) {

  private static final int BACKGROUND = 128;

  public ImageGrid {
    if (columns < 1 || gapPixels < 0 || magnification < 1) {
      throw new IllegalArgumentException(
          "a grid has at least 1 column, no negative gap and magnifies at least 1 time, but %d, %d and %d are given"
              .formatted(columns, gapPixels, magnification));
    }
  }

  /** Gaps of two pixels, and nothing magnified. */
  public static ImageGrid ofColumns(int columns) {
    return new ImageGrid(columns, 2, 1);
  }

  /**
   * Writes images, over any file of that name. The file appears whole or not at all.
   *
   * @param file ends in {@code .png} by convention; its folder exists
   * @param images float32 {@code [N, C, H, W]} in [-1, 1]; values become {@code 127.5 x + 128},
   *     clipped to 0 to 255 and cut off to integers
   * @param shape {@code [C, H, W]}, C being 1 or 3
   * @throws IllegalArgumentException when the array does not hold one or more images of that shape
   * @throws UncheckedIOException when the file cannot be written
   */
  public void write(Path file, float[] images, ImageShape shape) {
    BufferedImage picture = picture(images, shape);
    try {
      WholeFile.write(file, part -> writePng(part, picture));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e, e);
    }
  }

  /**
   * The grey levels of the images in a grid of this form, as {@link #write} made them.
   *
   * @param count how many images it holds
   * @return {@code [N, C, H, W]}, 0 to 255
   * @throws IOException when the file cannot be read, or is too small for so many images
   */
  public int[] read(Path file, int count, ImageShape shape) throws IOException {
    BufferedImage picture = ImageIO.read(file.toFile());
    int cellWidth = shape.width() * magnification + gapPixels;
    int cellHeight = shape.height() * magnification + gapPixels;
    int rows = (count + columns - 1) / columns;
    if (picture == null
        || picture.getWidth() != columns * cellWidth + gapPixels
        || picture.getHeight() != rows * cellHeight + gapPixels
        || picture.getRaster().getNumBands() != shape.channels()) {
      throw new IOException("it is no grid of " + count + " images " + shape);
    }
    int[] levels = new int[count * shape.elements()];
    int at = 0;
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < shape.channels(); c++) {
        for (int v = 0; v < shape.height(); v++) {
          for (int u = 0; u < shape.width(); u++) {
            int x = gapPixels + i % columns * cellWidth + u * magnification;
            int y = gapPixels + i / columns * cellHeight + v * magnification;
            levels[at++] = picture.getRaster().getSample(x, y, c);
          }
        }
      }
    }
    return levels;
  }

  private static void writePng(Path file, BufferedImage picture) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ImageOutputStream png = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(picture, "png", png)) {
        throw new IOException("this Java has no writer for PNG");
      }
    }
  }

  private BufferedImage picture(float[] images, ImageShape shape) {
    int n = images.length / shape.elements();
    if (n == 0 || images.length % shape.elements() != 0) {
      throw new IllegalArgumentException(
          "%d values are not one or more whole images %s, of %d values each"
              .formatted(images.length, shape, shape.elements()));
    }
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new IllegalArgumentException(
          "images %s have %d channels but a picture has 1 or 3: decode latents first"
              .formatted(shape, shape.channels()));
    }
    int cellWidth = shape.width() * magnification + gapPixels;
    int cellHeight = shape.height() * magnification + gapPixels;
    int rows = (n + columns - 1) / columns;
    BufferedImage picture =
        new BufferedImage(
            Math.addExact(Math.multiplyExact(columns, cellWidth), gapPixels),
            Math.addExact(Math.multiplyExact(rows, cellHeight), gapPixels),
            shape.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    WritableRaster raster = picture.getRaster();
    for (int c = 0; c < shape.channels(); c++) {
      int[] background = new int[picture.getWidth() * picture.getHeight()];
      Arrays.fill(background, BACKGROUND);
      raster.setSamples(0, 0, picture.getWidth(), picture.getHeight(), c, background);
      for (int i = 0; i < n; i++) {
        int x = gapPixels + i % columns * cellWidth;
        int y = gapPixels + i / columns * cellHeight;
        drawChannel(raster, x, y, c, images, i * shape.elements(), shape);
      }
    }
    return picture;
  }

  private void drawChannel(
      WritableRaster raster, int x, int y, int c, float[] images, int offset, ImageShape shape) {
    int width = shape.width() * magnification;
    int height = shape.height() * magnification;
    int[] samples = new int[width * height];
    int plane = offset + c * shape.height() * shape.width();
    for (int v = 0; v < height; v++) {
      for (int u = 0; u < width; u++) {
        int from = plane + v / magnification * shape.width() + u / magnification;
        samples[v * width + u] = (int) Math.min(255f, Math.max(0f, images[from] * 127.5f + 128f));
      }
    }
    raster.setSamples(x, y, width, height, c, samples);
  }
}

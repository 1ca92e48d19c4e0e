package retort.trainer.data;

import retort.denoiser.ImageShape;

/**
 * One affine warp without aliasing: reflect, double the resolution, sample, halve it again.
 *
 * <p>The image is padded by reflection, upsampled twice with {@link WaveletFilter}, sampled
 * bilinearly with zeros outside, and downsampled with the same filter. Sampling covers three pixels
 * more than the image on each side, for the filter to read; they are cropped.
 *
 * <p>Places: the pixel i of W lies at {@code i - (W - 1) / 2} from the centre. The filter moves
 * what it doubles by half a fine sample, so that {@code p} pixels from the centre are {@code 2 p -
 * 1/2} fine samples from the centre of the fine image, for the source as for the target.
 *
 * <p>Holds scratch memory: confined to one thread.
 */
final class Warp {

  private static final int CROP = WaveletFilter.HALF_REACH;

  private final ImageShape shape;
  private final Margin margin;
  private final int paddedWidth;
  private final int paddedHeight;
  private final int targetWidth;
  private final int targetHeight;
  private final float[] widened; // [H, 2 paddedWidth]
  private final float[] fine; // [2 paddedHeight, 2 paddedWidth]
  private final float[] target; // [targetHeight, targetWidth]
  private final float[] narrowed; // [targetHeight, W]

  Warp(ImageShape shape, Margin margin) {
    this.shape = shape;
    this.margin = margin;
    this.paddedWidth = margin.left() + shape.width() + margin.right();
    this.paddedHeight = margin.top() + shape.height() + margin.bottom();
    this.targetWidth = 2 * (shape.width() + 2 * CROP);
    this.targetHeight = 2 * (shape.height() + 2 * CROP);
    this.widened = new float[shape.height() * 2 * paddedWidth];
    this.fine = new float[4 * paddedHeight * paddedWidth];
    this.target = new float[targetHeight * targetWidth];
    this.narrowed = new float[targetHeight * shape.width()];
  }

  /**
   * Warps one image in place: it is {@code images[offset]} to {@code images[offset + C H W - 1]}.
   *
   * @param inverse where a place of the result comes from, in pixels from the centre
   */
  void apply(float[] images, int offset, Affine inverse) {
    int plane = shape.height() * shape.width();
    for (int c = 0; c < shape.channels(); c++) {
      upsample(images, offset + c * plane);
      sample(inverse);
      downsample(images, offset + c * plane);
    }
  }

  private void upsample(float[] images, int offset) {
    float[] row = new float[paddedWidth];
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < paddedWidth; x++) {
        int from = reflected(x - margin.left(), shape.width());
        row[x] = images[offset + y * shape.width() + from];
      }
      for (int x = 0; x < 2 * paddedWidth; x++) {
        widened[y * 2 * paddedWidth + x] =
            (float) WaveletFilter.upsample(row, 0, 1, paddedWidth, x);
      }
    }
    float[] column = new float[paddedHeight];
    for (int x = 0; x < 2 * paddedWidth; x++) {
      for (int y = 0; y < paddedHeight; y++) {
        int from = reflected(y - margin.top(), shape.height());
        column[y] = widened[from * 2 * paddedWidth + x];
      }
      for (int y = 0; y < 2 * paddedHeight; y++) {
        fine[y * 2 * paddedWidth + x] =
            (float) WaveletFilter.upsample(column, 0, 1, paddedHeight, y);
      }
    }
  }

  private static int reflected(int i, int side) {
    if (i < 0) {
      return -i;
    }
    return i < side ? i : 2 * (side - 1) - i;
  }

  private void sample(Affine inverse) {
    double toCentreX = (margin.left() - margin.right()) / 2.0;
    double toCentreY = (margin.top() - margin.bottom()) / 2.0;
    for (int v = 0; v < targetHeight; v++) {
      double y = (v - (targetHeight - 1) / 2.0 + 0.5) / 2.0;
      for (int u = 0; u < targetWidth; u++) {
        double x = (u - (targetWidth - 1) / 2.0 + 0.5) / 2.0;
        double fromX = 2.0 * (inverse.mapX(x, y) + toCentreX) - 0.5 + (2 * paddedWidth - 1) / 2.0;
        double fromY = 2.0 * (inverse.mapY(x, y) + toCentreY) - 0.5 + (2 * paddedHeight - 1) / 2.0;
        target[v * targetWidth + u] = bilinear(fromX, fromY);
      }
    }
  }

  private float bilinear(double x, double y) {
    double left = Math.floor(x);
    double top = Math.floor(y);
    double alongX = x - left;
    double alongY = y - top;
    int column = (int) left;
    int row = (int) top;
    double upper = (1 - alongX) * fineAt(column, row) + alongX * fineAt(column + 1, row);
    double lower = (1 - alongX) * fineAt(column, row + 1) + alongX * fineAt(column + 1, row + 1);
    return (float) ((1 - alongY) * upper + alongY * lower);
  }

  private float fineAt(int x, int y) {
    boolean outside = x < 0 || y < 0 || x >= 2 * paddedWidth || y >= 2 * paddedHeight;
    return outside ? 0f : fine[y * 2 * paddedWidth + x];
  }

  private void downsample(float[] images, int offset) {
    int width = shape.width();
    for (int y = 0; y < targetHeight; y++) {
      for (int x = 0; x < width; x++) {
        narrowed[y * width + x] =
            (float) WaveletFilter.downsample(target, y * targetWidth, 1, targetWidth, x + CROP);
      }
    }
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < width; x++) {
        images[offset + y * width + x] =
            (float) WaveletFilter.downsample(narrowed, x, width, targetHeight, y + CROP);
      }
    }
  }
}

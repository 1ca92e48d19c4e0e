package retort.trainer.data;

import java.util.List;
import retort.denoiser.ImageShape;

/**
 * How many pixels a batch is padded with before it is warped, on each side: as many as the most
 * demanding image of the batch needs, and at most what a reflection can give.
 */
record Margin(int left, int top, int right, int bottom) {

  /** The reach of the wavelet filters, going up and coming down again. */
  private static final int FILTER_REACH = 2 * WaveletFilter.HALF_REACH;

  /** The margin that images of this shape need under these inverse maps. */
  static Margin around(ImageShape shape, List<Affine> inverses) {
    double cx = (shape.width() - 1) / 2.0;
    double cy = (shape.height() - 1) / 2.0;
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
    for (Affine inverse : inverses) {
      for (int corner = 0; corner < 4; corner++) {
        double x = corner % 2 == 0 ? -cx : cx;
        double y = corner / 2 == 0 ? -cy : cy;
        double fromX = inverse.mapX(x, y);
        double fromY = inverse.mapY(x, y);
        left = Math.max(left, FILTER_REACH - cx - fromX);
        right = Math.max(right, FILTER_REACH - cx + fromX);
        top = Math.max(top, FILTER_REACH - cy - fromY);
        bottom = Math.max(bottom, FILTER_REACH - cy + fromY);
      }
    }
    return new Margin(
        reflected(left, shape.width()),
        reflected(top, shape.height()),
        reflected(right, shape.width()),
        reflected(bottom, shape.height()));
  }

  private static int reflected(double pixels, int side) {
    return (int) Math.ceil(Math.min(pixels, side - 1));
  }
}

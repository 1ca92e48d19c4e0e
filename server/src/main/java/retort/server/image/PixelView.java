package retort.server.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import retort.denoiser.ImageShape;

/**
 * Pixels as codecs of {@code javax.imageio} take them, where they lie: {@link #getData} gives them
 * without a copy.
 */
final class PixelView extends BufferedImage {
  private PixelView(ColorModel colors, WritableRaster raster) {
    super(colors, raster, false, null);
  }

  /**
   * An image in its own colours.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   */
  static PixelView of(byte[] pixels, ImageShape shape) {
    return shape.channels() == 1
        ? view(pixels, shape, ColorSpace.CS_GRAY, 0)
        : view(pixels, shape, ColorSpace.CS_sRGB, 0, 1, 2);
  }

  /** An image in red, green and blue, which are the same where it is grey. */
  static PixelView coloured(byte[] pixels, ImageShape shape) {
    return shape.channels() == 1
        ? view(pixels, shape, ColorSpace.CS_sRGB, 0, 0, 0)
        : of(pixels, shape);
  }

  private static PixelView view(byte[] pixels, ImageShape shape, int space, int... bands) {
    int channels = shape.channels();
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(pixels, shape.elements()),
            shape.width(),
            shape.height(),
            shape.width() * channels,
            channels,
            bands,
            null);
    ColorModel colors =
        new ComponentColorModel(
            ColorSpace.getInstance(space), false, false, OPAQUE, DataBuffer.TYPE_BYTE);
    return new PixelView(colors, raster);
  }

  @Override
  public Raster getData() {
    return getRaster();
  }
}

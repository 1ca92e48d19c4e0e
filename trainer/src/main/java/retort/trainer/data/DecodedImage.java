package retort.trainer.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import retort.denoiser.ImageShape;

/**
 * The pixels of one image file as bytes {@code [C, H, W]}: one channel for grey, three for colour.
 *
 * <p>Samples are taken as the file holds them, since a colour conversion would change grey values;
 * a palette is looked up. Transparent pixels are laid over black.
 */
final class DecodedImage {

  private static final int ALPHA_SHIFT = 24;
  private static final int OPAQUE = 255;

  private final ImageShape shape;
  private final byte[] pixels;

  private DecodedImage(ImageShape shape, byte[] pixels) {
    this.shape = shape;
    this.pixels = pixels;
  }

  ImageShape shape() {
    return shape;
  }

  byte[] pixels() {
    return pixels;
  }

  /** Reads a file; {@code name} is for errors. */
  static DecodedImage read(Path file, String name) {
    BufferedImage image = decode(file, name);
    if (image.getColorModel() instanceof IndexColorModel palette) {
      return ofPalette(image, palette);
    }
    int channels = image.getColorModel().getNumColorComponents();
    if (channels != 1 && channels != 3) {
      throw new DataException(
          name + ": has " + channels + " colour channels but 1 or 3 are read: convert it to RGB");
    }
    return ofSamples(image, channels);
  }

  private static BufferedImage decode(Path file, String name) {
    BufferedImage image;
    try (InputStream in = Files.newInputStream(file)) {
      image = ImageIO.read(new MemoryCacheImageInputStream(in));
    } catch (IOException | RuntimeException e) { // the decoders throw both at damaged files
      throw new DataException(unreadable(name, e.toString()), e);
    }
    if (image == null) {
      throw new DataException(unreadable(name, "its content is of another format"));
    }
    return image;
  }

  private static String unreadable(String name, String reason) {
    return "%s: cannot be read as a PNG or JPEG image (%s): convert it again or remove it"
        .formatted(name, reason);
  }

  private static DecodedImage ofSamples(BufferedImage image, int channels) {
    Raster raster = image.getRaster();
    ColorModel colours = image.getColorModel();
    ImageShape shape = new ImageShape(channels, image.getHeight(), image.getWidth());
    byte[] pixels = new byte[shape.elements()];
    int plane = shape.height() * shape.width();
    int[] alphas = colours.hasAlpha() ? samples(raster, channels) : new int[0];
    for (int c = 0; c < channels; c++) {
      int[] values = samples(raster, c);
      for (int i = 0; i < plane; i++) {
        int alpha = alphas.length == 0 ? OPAQUE : alphas[i];
        pixels[c * plane + i] = overBlack(values[i], alpha);
      }
    }
    return new DecodedImage(shape, pixels);
  }

  /** One band as numbers from 0 to 255. */
  private static int[] samples(Raster raster, int band) {
    int[] values =
        raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), band, (int[]) null);
    long full = (1L << raster.getSampleModel().getSampleSize(band)) - 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) ((values[i] * 255L + full / 2) / full);
    }
    return values;
  }

  private static DecodedImage ofPalette(BufferedImage image, IndexColorModel palette) {
    int channels = isGrey(palette) ? 1 : 3;
    ImageShape shape = new ImageShape(channels, image.getHeight(), image.getWidth());
    byte[] pixels = new byte[shape.elements()];
    int plane = shape.height() * shape.width();
    int[] colours = image.getRGB(0, 0, shape.width(), shape.height(), null, 0, shape.width());
    for (int c = 0; c < channels; c++) {
      int shift = 16 - 8 * c;
      for (int i = 0; i < plane; i++) {
        int value = colours[i] >> shift & 0xff;
        pixels[c * plane + i] = overBlack(value, colours[i] >>> ALPHA_SHIFT);
      }
    }
    return new DecodedImage(shape, pixels);
  }

  private static boolean isGrey(IndexColorModel palette) {
    for (int i = 0; i < palette.getMapSize(); i++) {
      if (palette.getRed(i) != palette.getGreen(i) || palette.getRed(i) != palette.getBlue(i)) {
        return false;
      }
    }
    return true;
  }

  private static byte overBlack(int value, int alpha) {
    return (byte) ((value * alpha + OPAQUE / 2) / OPAQUE);
  }
}

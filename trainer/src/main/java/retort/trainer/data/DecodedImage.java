package retort.trainer.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
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

  /** How every JPEG begins. */
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8};

  private final ImageShape shape;
  private final byte[] pixels;
  private final boolean lossy;

  private DecodedImage(ImageShape shape, byte[] pixels, boolean lossy) {
    this.shape = shape;
    this.pixels = pixels;
    this.lossy = lossy;
  }

  ImageShape shape() {
    return shape;
  }

  byte[] pixels() {
    return pixels;
  }

  /** Whether the file is a JPEG, whatever its name. */
  boolean lossy() {
    return lossy;
  }

  /** Reads a file; {@code name} is for errors. */
  static DecodedImage read(Path file, String name) {
    byte[] content = content(file, name);
    BufferedImage image = decode(content, name);
    if (image.getColorModel() instanceof IndexColorModel palette) {
      return ofPalette(image, palette);
    }
    int channels = image.getColorModel().getNumColorComponents();
    if (channels != 1 && channels != 3) {
      throw new DataException(
          name + ": has " + channels + " colour channels but 1 or 3 are read: convert it to RGB");
    }
    boolean lossy = content[0] == JPEG[0] && content[1] == JPEG[1];
    return ofSamples(image, channels, lossy);
  }

  private static byte[] content(Path file, String name) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DataException(unreadable(name, e.toString()), e);
    }
  }

  private static BufferedImage decode(byte[] content, String name) {
    BufferedImage image;
    try (InputStream in = new ByteArrayInputStream(content)) {
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

  private static DecodedImage ofSamples(BufferedImage image, int channels, boolean lossy) {
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
    return new DecodedImage(shape, pixels, lossy);
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
    return new DecodedImage(shape, pixels, false);
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

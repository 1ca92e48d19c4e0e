package retort.server.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import retort.denoiser.ImageShape;

/** Files read by decoders that know nothing of what wrote them, and pixels to compare with. */
final class Decoded {
  private Decoded() {}

  static BufferedImage picture(String format, byte[] file) {
    try {
      ImageReader reader =
          format.equals("webp")
              ? new WebPImageReaderSpi().createReaderInstance(null)
              : ImageIO.getImageReadersByFormatName(format).next();
      reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)));
      BufferedImage picture = reader.read(0);
      reader.dispose();
      return picture;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Grey levels [H, W, C], of as many channels as the file has. */
  static byte[] pixels(String format, byte[] file) {
    Raster raster = picture(format, file).getRaster();
    int[] samples = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
    byte[] pixels = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      pixels[i] = (byte) samples[i];
    }
    return pixels;
  }

  static byte[] random(ImageShape shape) {
    byte[] bytes = new byte[shape.elements()];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  /** Slopes, another in each channel. */
  static byte[] smooth(ImageShape shape) {
    byte[] pixels = new byte[shape.elements()];
    for (int i = 0; i < pixels.length; i++) {
      int channel = i % shape.channels();
      int x = i / shape.channels() % shape.width();
      int y = i / shape.channels() / shape.width();
      pixels[i] = (byte) (60 + 30 * channel + 2 * x + y);
    }
    return pixels;
  }

  /** The mean difference of two images, in grey levels. */
  static double difference(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xff) - (b[i] & 0xff));
    }
    return sum / a.length;
  }
}

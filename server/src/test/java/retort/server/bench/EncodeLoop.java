package retort.server.bench;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import retort.denoiser.ImageShape;
import retort.server.image.Encoding;
import retort.server.image.ImageEncoder;
import retort.server.image.ImageFormat;

/**
 * What each form of an image costs, by one thread that does nothing else. Prints a line of JSON for
 * each picture and form: nanoseconds of processor time an image, the least of some rounds, and
 * bytes.
 *
 * <pre>{@code
 * EncodeLoop SECONDS PICTURE...
 * }</pre>
 */
public final class EncodeLoop {
  private static final int ROUNDS = 5;

  /** Between looks at the clock. */
  private static final int AT_ONCE = 16;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final ImageEncoder encoder;

  private EncodeLoop(ImageEncoder encoder) {
    this.encoder = encoder;
  }

  /** Runs the measurement. */
  public static void main(String[] arguments) throws IOException {
    double seconds = Double.parseDouble(arguments[0]);
    try (ImageEncoder encoder = new ImageEncoder()) {
      EncodeLoop loop = new EncodeLoop(encoder);
      for (String file : List.of(arguments).subList(1, arguments.length)) {
        loop.measure(Path.of(file), seconds);
      }
    }
  }

  private void measure(Path file, double seconds) throws IOException {
    BufferedImage picture = ImageIO.read(file.toFile());
    if (picture == null) {
      throw new IOException(file + " is no picture");
    }
    ImageShape shape =
        new ImageShape(
            picture.getColorModel().getNumColorComponents() == 1 ? 1 : 3,
            picture.getHeight(),
            picture.getWidth());
    byte[] pixels = pixels(picture, shape);
    int width = shape.width();
    int height = shape.height();
    for (ImageFormat format :
        List.of(
            ImageFormat.of(Encoding.RAW),
            ImageFormat.of(Encoding.PNG),
            ImageFormat.of(Encoding.JPEG),
            ImageFormat.of(Encoding.WEBP),
            new ImageFormat(Encoding.WEBP, 0, 0, ImageFormat.MAX_QUALITY),
            new ImageFormat(Encoding.RAW, 2 * width, 2 * height, 0),
            new ImageFormat(Encoding.RAW, width / 2, height / 2, 0))) {
      nanos(pixels, shape, format, seconds);
      long least = Long.MAX_VALUE;
      for (int i = 0; i < ROUNDS; i++) {
        least = Math.min(least, nanos(pixels, shape, format, seconds / ROUNDS));
      }
      ImageShape carried = format.carried(shape);
      System.out.printf(
          Locale.ROOT,
          "{\"picture\":\"%s\",\"made\":\"%dx%dx%d\",\"encoding\":\"%s\",\"quality\":%d,"
              + "\"carried\":\"%dx%d\",\"nanos\":%d,\"bytes\":%d}%n",
          file.getFileName(),
          height,
          width,
          shape.channels(),
          format.encoding(),
          format.quality(),
          carried.height(),
          carried.width(),
          least,
          encoder.encode(pixels, shape, format).length);
    }
  }

  /** Of processor time an image. */
  private long nanos(byte[] pixels, ImageShape shape, ImageFormat format, double seconds) {
    long begun = threads.getCurrentThreadCpuTime();
    long spent = 0;
    long images = 0;
    while (spent < seconds * 1e9) {
      for (int i = 0; i < AT_ONCE; i++) {
        encoder.encode(pixels, shape, format);
      }
      images += AT_ONCE;
      spent = threads.getCurrentThreadCpuTime() - begun;
    }
    return spent / images;
  }

  private static byte[] pixels(BufferedImage picture, ImageShape shape) {
    byte[] pixels = new byte[shape.elements()];
    Raster raster = picture.getRaster();
    for (int i = 0; i < pixels.length; i++) {
      int pixel = i / shape.channels();
      int x = pixel % shape.width();
      int y = pixel / shape.width();
      pixels[i] =
          (byte)
              (shape.channels() == 1
                  ? raster.getSample(x, y, 0)
                  : picture.getRGB(x, y) >> (16 - 8 * (i % 3)));
    }
    return pixels;
  }
}

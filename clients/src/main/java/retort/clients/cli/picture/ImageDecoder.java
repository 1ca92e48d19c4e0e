package retort.clients.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import retort.v1.Encoding;
import retort.v1.Image;

/** Images of the wire as pictures of this JVM, grey or red, green and blue, 8 bits each. */
public final class ImageDecoder {
  private ImageDecoder() {}

  /**
   * Decodes an image.
   *
   * @throws PictureException when its bytes are not what its fields say
   */
  public static BufferedImage decode(Image image) {
    int channels = image.getChannels();
    if (channels != 1 && channels != 3) {
      throw new PictureException(
          "the server sent an image of " + channels + " channels, but a picture has 1 or 3");
    }
    return image.getEncoding() == Encoding.ENCODING_RAW ? raw(image) : file(image);
  }

  private static BufferedImage raw(Image image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int channels = image.getChannels();
    long expected = (long) width * height * channels;
    if (expected == 0 || image.getData().size() != expected) {
      throw new PictureException(
          "the server sent %d bytes for an image of %d x %d x %d values"
              .formatted(image.getData().size(), height, width, channels));
    }
    int[] samples = new int[(int) expected];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = image.getData().byteAt(i) & 0xff;
    }
    BufferedImage picture =
        new BufferedImage(
            width,
            height,
            channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    picture.getRaster().setPixels(0, 0, width, height, samples);
    return picture;
  }

  private static BufferedImage file(Image image) {
    try {
      // Closes the stream.
      BufferedImage picture =
          ImageIO.read(
              new MemoryCacheImageInputStream(
                  new ByteArrayInputStream(image.getData().toByteArray())));
      if (picture == null) {
        throw new PictureException("the server sent a file that is no picture");
      }
      boolean grey = image.getChannels() == 1 && picture.getRaster().getNumBands() > 1;
      return grey ? grey(picture) : picture;
    } catch (IOException e) {
      throw new PictureException("the server sent a picture that cannot be read: " + e, e);
    }
  }

  /** A grey picture whose file has colours, as WebP always has: they are all alike. */
  private static BufferedImage grey(BufferedImage picture) {
    BufferedImage grey =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        grey.getRaster().setSample(x, y, 0, picture.getRGB(x, y) >> 8 & 0xff);
      }
    }
    return grey;
  }
}

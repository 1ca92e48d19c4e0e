package retort.clients.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
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
    return switch (image.getEncoding()) {
      case ENCODING_RAW -> raw(image);
      case ENCODING_PNG, ENCODING_UNSPECIFIED -> file(image, "PNG");
      case ENCODING_JPEG -> file(image, "JPEG");
      case ENCODING_WEBP -> file(image, "WebP");
      case UNRECOGNIZED ->
          throw new PictureException(
              "the server sent an image in an encoding (%d) that this client does not know"
                  .formatted(image.getEncodingValue()));
    };
  }

  private static BufferedImage raw(Image image) {
    long expected = (long) image.getWidth() * image.getHeight() * image.getChannels();
    if (expected == 0 || image.getData().size() != expected) {
      throw new PictureException(
          "the server sent %d bytes for an image of %d x %d x %d values"
              .formatted(
                  image.getData().size(),
                  image.getHeight(),
                  image.getWidth(),
                  image.getChannels()));
    }
    int[] samples = new int[(int) expected];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = image.getData().byteAt(i) & 0xff;
    }
    return picture(image, samples);
  }

  private static BufferedImage picture(Image image, int[] samples) {
    BufferedImage picture = new BufferedImage(image.getWidth(), image.getHeight(), type(image));
    picture.getRaster().setPixels(0, 0, image.getWidth(), image.getHeight(), samples);
    return picture;
  }

  private static int type(Image image) {
    return image.getChannels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
  }

  private static BufferedImage file(Image image, String format) {
    ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
    try (ImageInputStream bytes =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(image.getData().toByteArray()))) {
      reader.setInput(bytes);
      // Before memory is taken for it.
      if (reader.getWidth(0) != image.getWidth() || reader.getHeight(0) != image.getHeight()) {
        throw new PictureException(
            "the server sent a %s of %d x %d pixels as an image of %d x %d"
                .formatted(
                    format,
                    reader.getWidth(0),
                    reader.getHeight(0),
                    image.getWidth(),
                    image.getHeight()));
      }
      return inItsChannels(reader.read(0), image);
    } catch (PictureException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new PictureException(
          "the server sent a %s that cannot be read: %s".formatted(format, e), e);
    } finally {
      reader.dispose();
    }
  }

  /** A picture as it is, or copied where its file knows other channels: WebP has no grey. */
  private static BufferedImage inItsChannels(BufferedImage picture, Image image) {
    if (picture.getType() == type(image)) {
      return picture;
    }
    int width = picture.getWidth();
    int height = picture.getHeight();
    int[] values = picture.getRGB(0, 0, width, height, null, 0, width);
    int channels = image.getChannels();
    int[] samples = new int[values.length * channels];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = values[i / channels] >> (16 - 8 * (i % channels)) & 0xff;
    }
    return picture(image, samples);
  }
}

package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.denoiser.ImageShape;

class CodecEncoderTest {
  private static final ImageShape COLOUR = new ImageShape(3, 48, 64);
  private static final ImageShape GREY = new ImageShape(1, 28, 28);

  private enum Codec {
    JPEG,
    WEBP;

    CodecEncoder make() {
      return this == JPEG ? CodecEncoder.jpeg() : CodecEncoder.webp();
    }
  }

  /** Smooth in both directions, each channel another way: what a lossy codec keeps well. */
  private static byte[] smooth(ImageShape shape) {
    byte[] pixels = new byte[shape.elements()];
    int at = 0;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        for (int channel = 0; channel < shape.channels(); channel++) {
          pixels[at++] = (byte) (40 + (channel + 1) * x + (3 - channel) * y / 2);
        }
      }
    }
    return pixels;
  }

  /** The mean difference to the pixels, in grey levels. */
  private static double loss(byte[] file, byte[] pixels, ImageShape shape) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    assertThat(image.getWidth()).isEqualTo(shape.width());
    assertThat(image.getHeight()).isEqualTo(shape.height());
    double sum = 0;
    for (int i = 0; i < shape.elements(); i++) {
      int pixel = i / shape.channels();
      int rgb = image.getRGB(pixel % shape.width(), pixel / shape.width());
      int level =
          shape.channels() == 1
              ? image.getRaster().getSample(pixel % shape.width(), pixel / shape.width(), 0)
              : rgb >> (16 - 8 * (i % 3)) & 0xff;
      sum += Math.abs(level - Byte.toUnsignedInt(pixels[i]));
    }
    return sum / shape.elements();
  }

  @ParameterizedTest
  @EnumSource
  void aDecoderReadsBackNearlyTheSameColours(Codec codec) throws IOException {
    try (CodecEncoder encoder = codec.make()) {
      assertThat(loss(encoder.encode(smooth(COLOUR), COLOUR, 0), smooth(COLOUR), COLOUR))
          .isLessThan(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDecoderReadsBackNearlyTheSameGreyLevels(Codec codec) throws IOException {
    try (CodecEncoder encoder = codec.make()) {
      assertThat(loss(encoder.encode(smooth(GREY), GREY, 0), smooth(GREY), GREY)).isLessThan(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void moreQualityLosesLessAndTakesMoreBytes(Codec codec) throws IOException {
    try (CodecEncoder encoder = codec.make()) {
      byte[] coarse = encoder.encode(smooth(COLOUR), COLOUR, 10);
      byte[] fine = encoder.encode(smooth(COLOUR), COLOUR, 98);

      assertThat(fine).hasSizeGreaterThan(coarse.length);
      assertThat(loss(fine, smooth(COLOUR), COLOUR))
          .isLessThan(loss(coarse, smooth(COLOUR), COLOUR));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSamePixelsGiveTheSameBytesWhateverWasEncodedBefore(Codec codec) {
    try (CodecEncoder used = codec.make();
        CodecEncoder fresh = codec.make()) {
      used.encode(smooth(COLOUR), COLOUR, 30);
      used.encode(smooth(GREY), GREY, 95);

      assertThat(used.encode(smooth(COLOUR), COLOUR, 80))
          .isEqualTo(fresh.encode(smooth(COLOUR), COLOUR, 80));
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesPastTheImageAreNotLookedAt(Codec codec) {
    try (CodecEncoder encoder = codec.make()) {
      byte[] longer = new byte[GREY.elements() + 100];
      System.arraycopy(smooth(GREY), 0, longer, 0, GREY.elements());

      assertThat(encoder.encode(longer, GREY, 0)).isEqualTo(encoder.encode(smooth(GREY), GREY, 0));
    }
  }
}

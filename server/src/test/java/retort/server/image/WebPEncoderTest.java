package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;

class WebPEncoderTest {
  private static final ImageShape GREY = new ImageShape(1, 19, 30);
  private static final ImageShape COLOURED = new ImageShape(3, 19, 30);

  /** A grey image as WebP carries it. */
  private static byte[] inThreeChannels(byte[] grey) {
    byte[] pixels = new byte[3 * grey.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = grey[i / 3];
    }
    return pixels;
  }

  @Test
  void highestQualityLosesNothing() {
    byte[] grey = Decoded.random(GREY);
    byte[] coloured = Decoded.random(COLOURED);

    try (WebPEncoder encoder = new WebPEncoder()) {
      assertThat(Decoded.pixels("webp", encoder.encode(grey, GREY, 100)))
          .isEqualTo(inThreeChannels(grey));
      assertThat(Decoded.pixels("webp", encoder.encode(coloured, COLOURED, 100)))
          .isEqualTo(coloured);
    }
  }

  @Test
  void usualQualityStaysCloseToThePixelsInFewerBytes() {
    byte[] grey = Decoded.smooth(GREY);
    byte[] coloured = Decoded.smooth(COLOURED);

    try (WebPEncoder encoder = new WebPEncoder()) {
      byte[] greyFile = encoder.encode(grey, GREY, 0);
      byte[] colouredFile = encoder.encode(coloured, COLOURED, 0);
      assertThat(Decoded.difference(Decoded.pixels("webp", greyFile), inThreeChannels(grey)))
          .isLessThan(3);
      assertThat(Decoded.difference(Decoded.pixels("webp", colouredFile), coloured)).isLessThan(3);
      assertThat(colouredFile.length).isLessThan(coloured.length / 4);
    }
  }

  @Test
  void samePixelsGiveTheSameBytesWhateverCameBefore() {
    byte[] pixels = Decoded.random(COLOURED);

    try (WebPEncoder used = new WebPEncoder();
        WebPEncoder fresh = new WebPEncoder()) {
      used.encode(Decoded.random(new ImageShape(3, 64, 64)), new ImageShape(3, 64, 64), 100);
      used.encode(Decoded.random(GREY), GREY, 1);
      assertThat(used.encode(pixels, COLOURED, 0)).isEqualTo(fresh.encode(pixels, COLOURED, 0));
    }
  }

  @Test
  void pixelsBehindTheImageAreLeftAlone() {
    byte[] pixels = Decoded.random(COLOURED);
    byte[] longer = Arrays.copyOf(pixels, pixels.length + 100);

    try (WebPEncoder encoder = new WebPEncoder()) {
      assertThat(encoder.encode(longer, COLOURED, 90))
          .isEqualTo(encoder.encode(pixels, COLOURED, 90));
    }
  }
}

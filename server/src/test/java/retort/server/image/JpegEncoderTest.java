package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;

class JpegEncoderTest {
  private static final ImageShape GREY = new ImageShape(1, 19, 30);
  private static final ImageShape COLOURED = new ImageShape(3, 19, 30);

  @Test
  void greyImageStaysGreyAndCloseToItsPixels() {
    byte[] pixels = Decoded.smooth(GREY);

    try (JpegEncoder encoder = new JpegEncoder()) {
      byte[] read = Decoded.pixels("jpeg", encoder.encode(pixels, GREY, 0));
      assertThat(read).hasSameSizeAs(pixels);
      assertThat(Decoded.difference(read, pixels)).isLessThan(2);
    }
  }

  @Test
  void colouredImageStaysCloseToItsPixels() {
    byte[] pixels = Decoded.smooth(COLOURED);

    try (JpegEncoder encoder = new JpegEncoder()) {
      byte[] read = Decoded.pixels("jpeg", encoder.encode(pixels, COLOURED, 0));
      assertThat(read).hasSameSizeAs(pixels);
      assertThat(Decoded.difference(read, pixels)).isLessThan(3);
    }
  }

  @Test
  void samePixelsGiveTheSameBytesWhateverCameBefore() {
    byte[] pixels = Decoded.random(COLOURED);

    try (JpegEncoder used = new JpegEncoder();
        JpegEncoder fresh = new JpegEncoder()) {
      used.encode(Decoded.random(new ImageShape(3, 64, 64)), new ImageShape(3, 64, 64), 100);
      used.encode(Decoded.random(GREY), GREY, 1);
      assertThat(used.encode(pixels, COLOURED, 0)).isEqualTo(fresh.encode(pixels, COLOURED, 0));
    }
  }

  @Test
  void higherQualityTakesMoreBytesAndLosesLess() {
    byte[] pixels = Decoded.random(GREY);

    try (JpegEncoder encoder = new JpegEncoder()) {
      byte[] low = encoder.encode(pixels, GREY, 10);
      byte[] high = encoder.encode(pixels, GREY, 95);
      assertThat(low.length).isLessThan(high.length);
      assertThat(Decoded.difference(Decoded.pixels("jpeg", high), pixels))
          .isLessThan(Decoded.difference(Decoded.pixels("jpeg", low), pixels));
    }
  }
}

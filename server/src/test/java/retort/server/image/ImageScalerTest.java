package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.ImageShape;

class ImageScalerTest {
  private final ImageScaler scaler = new ImageScaler();

  private byte[] scale(byte[] pixels, ImageShape from, ImageShape to) {
    return Arrays.copyOf(scaler.scale(pixels, from, to), to.elements());
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void theSameSizeIsLeftAlone() {
    byte[] pixels = bytes(1, 2, 3, 4, 5, 6);

    assertThat(scaler.scale(pixels, new ImageShape(1, 2, 3), new ImageShape(1, 2, 3)))
        .isSameAs(pixels);
  }

  @Test
  void halfTheSizeIsTheMeanOfFourPixels() {
    byte[] pixels = bytes(0, 10, 200, 202, 20, 30, 204, 206, 255, 255, 0, 0, 255, 255, 0, 1);

    assertThat(scale(pixels, new ImageShape(1, 4, 4), new ImageShape(1, 2, 2)))
        .containsExactly(bytes(15, 203, 255, 0));
  }

  @Test
  void threePixelsOnTwoCoverOneAndAHalfEach() {
    assertThat(scale(bytes(30, 90, 240), new ImageShape(1, 1, 3), new ImageShape(1, 1, 2)))
        .containsExactly(bytes(50, 190));
  }

  @Test
  void channelsAreScaledEachByItself() {
    byte[] pixels = bytes(10, 100, 200, 30, 120, 220);

    assertThat(scale(pixels, new ImageShape(3, 1, 2), new ImageShape(3, 1, 1)))
        .containsExactly(bytes(20, 110, 210));
  }

  @ParameterizedTest
  @CsvSource({"7, 5, 3, 2", "7, 5, 14, 10", "7, 5, 9, 3", "1, 1, 8, 8", "28, 28, 31, 17"})
  void anEvenImageStaysEven(int height, int width, int newHeight, int newWidth) {
    ImageShape from = new ImageShape(3, height, width);
    ImageShape to = new ImageShape(3, newHeight, newWidth);
    byte[] pixels = new byte[from.elements()];
    Arrays.fill(pixels, (byte) 201);

    assertThat(scale(pixels, from, to)).containsOnly((byte) 201);
  }

  @Test
  void aRampStaysARampWhenItIsEnlarged() {
    byte[] pixels = bytes(0, 40, 80, 120, 160, 200);

    byte[] enlarged = scale(pixels, new ImageShape(1, 1, 6), new ImageShape(1, 1, 24));

    // Pixel i of the enlarged row lies at (i + 1/2) / 4 - 1/2; the ends bend, as edges repeat.
    for (int i = 8; i < 16; i++) {
      assertThat(Byte.toUnsignedInt(enlarged[i])).isEqualTo(Math.round(40 * ((i + 0.5) / 4 - 0.5)));
    }
  }

  @Test
  void whatOvershootsIsBlackOrWhite() {
    byte[] edge = bytes(0, 0, 0, 255, 255, 255);

    byte[] enlarged = scale(edge, new ImageShape(1, 1, 6), new ImageShape(1, 1, 60));

    assertThat(enlarged).contains((byte) 0, (byte) 255);
    assertThat(Byte.toUnsignedInt(enlarged[22])).isLessThan(64);
    assertThat(Byte.toUnsignedInt(enlarged[37])).isGreaterThan(191);
  }

  @Test
  void anImageAfterALargerOneDoesNotShowIt() {
    scale(new byte[64 * 64], new ImageShape(1, 64, 64), new ImageShape(1, 128, 128));

    assertThat(scale(bytes(9, 9, 9, 9), new ImageShape(1, 2, 2), new ImageShape(1, 3, 3)))
        .containsOnly((byte) 9);
  }
}

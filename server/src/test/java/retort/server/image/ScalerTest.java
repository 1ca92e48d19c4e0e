package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.ImageShape;

class ScalerTest {
  private final Scaler scaler = new Scaler();

  private byte[] scaled(byte[] pixels, ImageShape from, ImageShape to) {
    return Arrays.copyOf(scaler.scale(pixels, from, to), to.elements());
  }

  /** A row of grey levels in another length. */
  private int[] row(int length, int... levels) {
    byte[] pixels = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      pixels[i] = (byte) levels[i];
    }
    byte[] row = scaled(pixels, new ImageShape(1, 1, levels.length), new ImageShape(1, 1, length));
    int[] answer = new int[length];
    Arrays.setAll(answer, i -> row[i] & 0xff);
    return answer;
  }

  @Test
  void halfTheLengthIsTheMeanOfPairsRoundedHalfUp() {
    assertThat(row(3, 10, 20, 0, 1, 255, 254)).containsExactly(15, 1, 255);
  }

  @Test
  void pixelsThatAreCutCountByTheirParts() {
    // (2 a + b) / 3 and (b + 2 c) / 3
    assertThat(row(2, 30, 60, 240)).containsExactly(40, 180);
  }

  @Test
  void doubleTheLengthIsCubicBetweenPixels() {
    // The weights a quarter of the way are -9, 111, 29 and -3 of 128; what falls below black is 0.
    assertThat(row(12, 0, 0, 0, 128, 128, 128))
        .containsExactly(0, 0, 0, 0, 0, 26, 102, 137, 131, 128, 128, 128);
  }

  @Test
  void whiteIsNotOvershot() {
    assertThat(row(8, 0, 255, 255, 255)).endsWith(255, 255, 255, 255);
  }

  @Test
  void onePixelFillsAnySize() {
    assertThat(row(7, 93)).containsOnly(93);
  }

  @Test
  void flatImagesStayFlat() {
    ImageShape from = new ImageShape(1, 7, 12);
    byte[] flat = new byte[from.elements()];
    for (int level : new int[] {0, 1, 127, 254, 255}) {
      Arrays.fill(flat, (byte) level);
      for (int side = 1; side < 40; side++) {
        assertThat(scaled(flat, from, new ImageShape(1, side, 41 - side)))
            .containsOnly((byte) level);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"7,5, 3,4, 3", "9,8, 3,2, 1", "10,6, 1,1, 3", "6,6, 6,5, 1"})
  void aSmallerImageIsTheMeanOverEachArea(int height, int width, int rows, int columns, int c) {
    ImageShape from = new ImageShape(c, height, width);
    ImageShape to = new ImageShape(c, rows, columns);
    byte[] pixels = Decoded.random(from);

    byte[] small = scaled(pixels, from, to);

    // On a grid so fine that every pixel, old or new, is a whole number of its cells.
    for (int i = 0; i < small.length; i++) {
      int channel = i % c;
      int column = i / c % columns;
      int row = i / c / columns;
      long sum = 0;
      for (int y = row * height; y < (row + 1) * height; y++) {
        for (int x = column * width; x < (column + 1) * width; x++) {
          sum += pixels[(y / rows * width + x / columns) * c + channel] & 0xff;
        }
      }
      long area = (long) height * width;
      assertThat(small[i] & 0xff).isEqualTo((int) ((2 * sum + area) / (2 * area)));
    }
  }

  @ParameterizedTest
  @CsvSource({"5,7, 11,3", "5,7, 2,30", "4,4, 9,9", "2,3, 40,1"})
  void aTurnedImageIsTheTurnedOneScaled(int height, int width, int rows, int columns) {
    byte[] pixels = Decoded.random(new ImageShape(1, height, width));

    byte[] straight =
        scaled(pixels, new ImageShape(1, height, width), new ImageShape(1, rows, columns));
    byte[] turned =
        scaled(
            turned(pixels, height, width),
            new ImageShape(1, width, height),
            new ImageShape(1, columns, rows));

    assertThat(turned).isEqualTo(turned(straight, rows, columns));
  }

  private static byte[] turned(byte[] pixels, int height, int width) {
    byte[] turned = new byte[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      turned[i % width * height + i / width] = pixels[i];
    }
    return turned;
  }

  @Test
  void sumsAreRoundedOnceHalfUp() {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      ImageShape from = new ImageShape(1, 1 + random.nextInt(40), 1 + random.nextInt(40));
      ImageShape to = new ImageShape(1, 1 + random.nextInt(40), 1 + random.nextInt(40));
      byte[] pixels = new byte[from.elements()];
      for (int j = 0; j < pixels.length; j++) {
        // Few levels, so that many quotients are whole or half a level away from it.
        pixels[j] = (byte) (128 + random.nextInt(3));
      }

      byte[] image = scaled(pixels, from, to);

      for (int j = 0; j < image.length; j++) {
        assertThat(image[j] & 0xff)
            .isEqualTo(exact(pixels, from, to, j / to.width(), j % to.width()));
      }
    }
  }

  /** One new pixel, by whole numbers alone. */
  private static int exact(byte[] pixels, ImageShape from, ImageShape to, int y, int x) {
    ScaledSide rows = ScaledSide.of(from.height(), to.height());
    ScaledSide columns = ScaledSide.of(from.width(), to.width());
    long divisor = (long) rows.divisor() * columns.divisor();
    long sum = divisor / 2;
    for (int i = 0; i < rows.taps(); i++) {
      for (int j = 0; j < columns.taps(); j++) {
        int pixel = (rows.first(y) + i) * from.width() + columns.first(x) + j;
        sum += (long) rows.weight(y, i) * columns.weight(x, j) * (pixels[pixel] & 0xff);
      }
    }
    return (int) Math.floorDiv(sum, divisor);
  }

  @Test
  void channelsDoNotMix() {
    ImageShape from = new ImageShape(3, 5, 6);
    ImageShape to = new ImageShape(3, 9, 4);
    byte[] pixels = Decoded.random(from);

    byte[] whole = scaled(pixels, from, to);

    for (int channel = 0; channel < 3; channel++) {
      byte[] alone =
          scaled(band(pixels, channel), new ImageShape(1, 5, 6), new ImageShape(1, 9, 4));
      assertThat(band(whole, channel)).isEqualTo(alone);
    }
  }

  private static byte[] band(byte[] pixels, int channel) {
    byte[] band = new byte[pixels.length / 3];
    for (int i = 0; i < band.length; i++) {
      band[i] = pixels[3 * i + channel];
    }
    return band;
  }

  @Test
  void imagesBeforeDoNotShow() {
    ImageShape from = new ImageShape(1, 6, 6);
    ImageShape to = new ImageShape(1, 4, 9);
    byte[] pixels = Decoded.random(from);
    byte[] expected = Arrays.copyOf(new Scaler().scale(pixels, from, to), to.elements());

    for (int side = 1; side < 30; side++) {
      scaled(Decoded.smooth(from), from, new ImageShape(1, side, 2 * side));
    }

    assertThat(scaled(pixels, from, to)).isEqualTo(expected);
  }
}

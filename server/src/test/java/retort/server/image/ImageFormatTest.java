package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.ImageShape;

class ImageFormatTest {
  private static final ImageShape GREY = new ImageShape(1, 20, 30);
  private static final ImageShape COLOURED = new ImageShape(3, 20, 30);

  @Test
  void sizesThatAreNotSaidAreThoseOfTheImage() {
    assertThat(ImageFormat.of(Encoding.PNG).carried(COLOURED)).isEqualTo(COLOURED);
    assertThat(new ImageFormat(Encoding.PNG, 7, 0, 0).carried(COLOURED))
        .isEqualTo(new ImageShape(3, 20, 7));
    assertThat(new ImageFormat(Encoding.PNG, 0, 7, 0).carried(COLOURED))
        .isEqualTo(new ImageShape(3, 7, 30));
  }

  @Test
  void onlyRawBytesOfTheSameSizeAreTheImageItself() {
    assertThat(ImageFormat.of(Encoding.RAW).verbatim(GREY)).isTrue();
    assertThat(new ImageFormat(Encoding.RAW, 30, 20, 50).verbatim(GREY)).isTrue();
    assertThat(new ImageFormat(Encoding.RAW, 31, 0, 0).verbatim(GREY)).isFalse();
    assertThat(ImageFormat.of(Encoding.PNG).verbatim(GREY)).isFalse();
  }

  @Test
  void noiseInALossyEncodingStaysWithinWhatIsPromised() {
    ImageShape grey = new ImageShape(1, 128, 128);
    ImageShape coloured = new ImageShape(3, 128, 128);

    try (ImageEncoder encoder = new ImageEncoder()) {
      for (Encoding encoding : Encoding.values()) {
        for (int quality : new int[] {0, 50, 99, 100}) {
          ImageFormat format = new ImageFormat(encoding, 0, 0, quality);
          int around = 1024;
          assertThat(encoder.encode(Decoded.random(grey), grey, format).length)
              .isLessThan(format.mostBytes(grey) + around);
          assertThat(encoder.encode(Decoded.random(coloured), coloured, format).length)
              .isLessThan(format.mostBytes(coloured) + around);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,0,0", "4097,0,0", "0,-1,0", "0,4097,0", "0,0,-1", "0,0,101"})
  void numbersPastTheirLimitsAreRefused(int width, int height, int quality) {
    assertThatThrownBy(() -> new ImageFormat(Encoding.PNG, width, height, quality))
        .hasMessageContaining("should be 0 to 4096, 4096 and 100");
  }
}

package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;

class PngEncoderTest {
  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  @Test
  void greyImageIsReadBackByAnotherDecoder() {
    byte[] pixels = random(5 * 7);

    try (PngEncoder encoder = new PngEncoder()) {
      assertThat(Decoded.pixels("png", encoder.encode(pixels, new ImageShape(1, 5, 7))))
          .isEqualTo(pixels);
    }
  }

  @Test
  void colouredImageIsReadBackByAnotherDecoder() {
    byte[] pixels = random(4 * 9 * 3);

    try (PngEncoder encoder = new PngEncoder()) {
      assertThat(Decoded.pixels("png", encoder.encode(pixels, new ImageShape(3, 4, 9))))
          .isEqualTo(pixels);
    }
  }

  @Test
  void buffersOfALargeImageDoNotShowInASmallOne() {
    try (PngEncoder encoder = new PngEncoder()) {
      encoder.encode(random(64 * 64 * 3), new ImageShape(3, 64, 64));
      byte[] small = new byte[2 * 2];

      assertThat(Decoded.pixels("png", encoder.encode(small, new ImageShape(1, 2, 2))))
          .isEqualTo(small);
    }
  }

  @Test
  void twoChannelsAreRefused() {
    try (PngEncoder encoder = new PngEncoder()) {
      assertThatThrownBy(() -> encoder.encode(new byte[8], new ImageShape(2, 2, 2)))
          .hasMessageContaining("2 channels");
    }
  }
}

package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;

class PngEncoderTest {
  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static byte[] decode(byte[] file) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    int bands = image.getRaster().getNumBands();
    int[] samples =
        image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    byte[] pixels = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      pixels[i] = (byte) samples[i];
    }
    assertThat(pixels).hasSize(image.getWidth() * image.getHeight() * bands);
    return pixels;
  }

  @Test
  void greyImageIsReadBackByAnotherDecoder() throws IOException {
    byte[] pixels = random(5 * 7);

    try (PngEncoder encoder = new PngEncoder()) {
      assertThat(decode(encoder.encode(pixels, new ImageShape(1, 5, 7)))).isEqualTo(pixels);
    }
  }

  @Test
  void colouredImageIsReadBackByAnotherDecoder() throws IOException {
    byte[] pixels = random(4 * 9 * 3);

    try (PngEncoder encoder = new PngEncoder()) {
      assertThat(decode(encoder.encode(pixels, new ImageShape(3, 4, 9)))).isEqualTo(pixels);
    }
  }

  @Test
  void buffersOfALargeImageDoNotShowInASmallOne() throws IOException {
    try (PngEncoder encoder = new PngEncoder()) {
      encoder.encode(random(64 * 64 * 3), new ImageShape(3, 64, 64));
      byte[] small = new byte[2 * 2];

      assertThat(decode(encoder.encode(small, new ImageShape(1, 2, 2)))).isEqualTo(small);
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

package retort.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.denoiser.ImageShape;

class ImageEncoderTest {
  private static final ImageShape SHAPE = new ImageShape(3, 12, 20);

  @Test
  void rawBytesAreThePixelsWithoutWhatLiesBehindThem() {
    byte[] pixels = Decoded.random(SHAPE);

    try (ImageEncoder encoder = new ImageEncoder()) {
      byte[] longer = Arrays.copyOf(pixels, pixels.length + 5);
      assertThat(encoder.encode(longer, SHAPE, ImageFormat.of(Encoding.RAW))).isEqualTo(pixels);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PNG", "JPEG", "WEBP"})
  void filesHaveTheSizeAskedFor(Encoding encoding) {
    try (ImageEncoder encoder = new ImageEncoder()) {
      byte[] file =
          encoder.encode(Decoded.smooth(SHAPE), SHAPE, new ImageFormat(encoding, 31, 7, 100));

      BufferedImage picture = Decoded.picture(encoding.name().toLowerCase(Locale.ROOT), file);
      assertThat(picture.getWidth()).isEqualTo(31);
      assertThat(picture.getHeight()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesDoNotDependOnTheThread(Encoding encoding) throws Exception {
    byte[] pixels = Decoded.random(SHAPE);
    ImageFormat format = new ImageFormat(encoding, 40, 40, 0);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ImageEncoder encoder = new ImageEncoder()) {
      byte[] expected = encoder.encode(pixels, SHAPE, format);

      List<Future<byte[]>> files = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        files.add(
            threads.submit(
                () -> {
                  try (ImageEncoder own = new ImageEncoder()) {
                    return own.encode(pixels, SHAPE, format);
                  }
                }));
      }

      for (Future<byte[]> file : files) {
        assertThat(file.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aMachineWithoutACodecSaysSo() {
    assertThatThrownBy(
            () ->
                ImageEncoder.loaded(
                    "WebP",
                    () -> {
                      throw new UnsatisfiedLinkError("no such library");
                    }))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("lacks the code that writes WebP; ask for PNG or raw");
  }
}

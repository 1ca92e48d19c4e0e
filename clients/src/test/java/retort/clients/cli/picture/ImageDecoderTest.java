package retort.clients.cli.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import retort.v1.Encoding;
import retort.v1.Image;

class ImageDecoderTest {
  private static final int WIDTH = 3;
  private static final int HEIGHT = 2;

  /** As a server writes it, lossless: grey levels 0, 50, 100 and 150, 200, 250. */
  private static final String GREY_WEBP =
      "UklGRi4AAABXRUJQVlA4TCIAAAAvAkAAAC8gEEhi2t9uiZEZmflPbENN2wZsqPMvp0b0P6YX";

  /** Likewise: its first pixel is (10, 20, 30), its last (0, 255, 0). */
  private static final String COLOURED_WEBP =
      "UklGRj4AAABXRUJQVlA4TDIAAAAvAkAAAC9AmG1EsW/pzl/hNAizjVN7H0TpTiCQ4kmie/7jtQEA+0AgQBkrlvgkov+x"
          + "Hg==";

  private static Image image(Encoding encoding, int channels, byte[] file) {
    return Image.newBuilder()
        .setEncoding(encoding)
        .setWidth(WIDTH)
        .setHeight(HEIGHT)
        .setChannels(channels)
        .setData(ByteString.copyFrom(file))
        .build();
  }

  /** A flat picture as a file. */
  private static byte[] file(String format, int type, int level) throws IOException {
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, type);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      for (int band = 0; band < picture.getRaster().getNumBands(); band++) {
        picture.getRaster().setSample(i % WIDTH, i / WIDTH, band, level);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, format, bytes);
    return bytes.toByteArray();
  }

  @Test
  void filesOfTheJdkAreRead() throws IOException {
    for (String format : new String[] {"PNG", "JPEG"}) {
      Encoding encoding = Encoding.valueOf("ENCODING_" + format);
      BufferedImage grey =
          ImageDecoder.decode(image(encoding, 1, file(format, BufferedImage.TYPE_BYTE_GRAY, 128)));
      BufferedImage coloured =
          ImageDecoder.decode(image(encoding, 3, file(format, BufferedImage.TYPE_3BYTE_BGR, 128)));

      assertThat(grey.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
      assertThat(grey.getRaster().getSample(2, 1, 0)).isEqualTo(128);
      assertThat(coloured.getType()).isEqualTo(BufferedImage.TYPE_3BYTE_BGR);
      assertThat(coloured.getRaster().getPixel(2, 1, (int[]) null)).containsOnly(128);
    }
  }

  @Test
  void webPIsReadInTheChannelsOfTheImage() {
    BufferedImage grey =
        ImageDecoder.decode(
            image(Encoding.ENCODING_WEBP, 1, Base64.getDecoder().decode(GREY_WEBP)));
    BufferedImage coloured =
        ImageDecoder.decode(
            image(Encoding.ENCODING_WEBP, 3, Base64.getDecoder().decode(COLOURED_WEBP)));

    assertThat(grey.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    assertThat(grey.getRaster().getSamples(0, 0, WIDTH, HEIGHT, 0, (int[]) null))
        .containsExactly(0, 50, 100, 150, 200, 250);
    assertThat(coloured.getType()).isEqualTo(BufferedImage.TYPE_3BYTE_BGR);
    assertThat(coloured.getRaster().getPixel(0, 0, (int[]) null)).containsExactly(10, 20, 30);
    assertThat(coloured.getRaster().getPixel(2, 1, (int[]) null)).containsExactly(0, 255, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"ENCODING_PNG", "ENCODING_JPEG", "ENCODING_WEBP"})
  void bytesThatAreNoFileAreRefused(Encoding encoding) {
    for (int length : new int[] {0, 1, 12, 100}) {
      assertThatExceptionOfType(PictureException.class)
          .isThrownBy(() -> ImageDecoder.decode(image(encoding, 3, new byte[length])))
          .withMessageContaining("that cannot be read");
    }
  }

  @Test
  void aFileOfAnotherSizeThanTheImageIsRefused() throws IOException {
    Image image =
        image(Encoding.ENCODING_PNG, 1, file("PNG", BufferedImage.TYPE_BYTE_GRAY, 1)).toBuilder()
            .setWidth(4)
            .build();

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> ImageDecoder.decode(image))
        .withMessage("the server sent a PNG of 3 x 2 pixels as an image of 4 x 2");
  }

  @Test
  void anEncodingOfALaterServerIsRefused() {
    Image image = Image.newBuilder().setEncodingValue(9).setChannels(1).build();

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> ImageDecoder.decode(image))
        .withMessageContaining("in an encoding (9) that this client does not know");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void aPictureHasOneChannelOrThree(Encoding encoding) {
    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> ImageDecoder.decode(image(encoding, 2, new byte[12])))
        .withMessageContaining("2 channels");
  }
}

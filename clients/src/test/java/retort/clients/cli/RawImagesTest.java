package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.clients.FakeServer;
import retort.clients.cli.picture.PictureException;
import retort.v1.Encoding;
import retort.v1.Image;

class RawImagesTest {
  private static Image image(int side, int bytes) {
    return Image.newBuilder()
        .setEncoding(Encoding.ENCODING_RAW)
        .setWidth(side)
        .setHeight(side)
        .setChannels(1)
        .setData(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  @Test
  void aLineTellsWhatFollows() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    try (RawImages images = new RawImages(bytes, FakeServer.model("faces"))) {
      images.begin(-1, 5, 1, List.of());
      images.add(image(FakeServer.SIDE, 16));
    }

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"model\":\"faces\",\"model_sha256\":\"\",\"width\":4,\"height\":4,\"channels\":1,"
                + "\"seed\":-1,\"first\":5,\"images\":1,\"labels\":[]}\n"
                + "\0".repeat(16));
  }

  @Test
  void anImageOfAnotherSizeIsRefused() {
    RawImages images = new RawImages(new ByteArrayOutputStream(), FakeServer.model("faces"));

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> images.add(image(FakeServer.SIDE, 15)))
        .withMessageContaining("15 bytes for an image of 4 x 4 x 1 values");
    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> images.add(image(2, 4)))
        .withMessageContaining("where its model makes 4 x 4 x 1");
  }

  @Test
  void aReaderThatIsGoneIsNamed() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    RawImages images = new RawImages(broken, FakeServer.model("faces"));

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> images.begin(0, 0, 1, List.of()))
        .withMessageContaining("takes no more images (Broken pipe)");
  }
}

package retort.clients.cli.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.v1.Encoding;
import retort.v1.Image;

class PictureSinkTest {
  private static final int SIDE = 2;

  @TempDir private Path folder = Path.of("");

  /** Raw, of the values given in each pixel. */
  private static Image flat(int... pixel) {
    byte[] data = new byte[SIDE * SIDE * pixel.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) pixel[i % pixel.length];
    }
    return Image.newBuilder()
        .setEncoding(Encoding.ENCODING_RAW)
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setChannels(pixel.length)
        .setData(ByteString.copyFrom(data))
        .build();
  }

  /** What a GIF file holds. */
  private record Gif(List<BufferedImage> pictures, List<Integer> hundredths, boolean endless) {
    static Gif read(Path file) throws IOException {
      ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
      List<BufferedImage> pictures = new ArrayList<>();
      List<Integer> hundredths = new ArrayList<>();
      boolean endless = false;
      try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
        reader.setInput(in);
        for (int i = 0; i < reader.getNumImages(true); i++) {
          pictures.add(reader.read(i));
          IIOMetadataNode root =
              (IIOMetadataNode) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
          IIOMetadataNode control =
              (IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0);
          hundredths.add(Integer.parseInt(control.getAttribute("delayTime")));
          var loops = root.getElementsByTagName("ApplicationExtension");
          endless |=
              loops.getLength() == 1
                  && "NETSCAPE"
                      .equals(((IIOMetadataNode) loops.item(0)).getAttribute("applicationID"))
                  && i == 0;
        }
      } finally {
        reader.dispose();
      }
      return new Gif(pictures, hundredths, endless);
    }

    int value(int picture, int band) {
      int rgb = pictures.get(picture).getRGB(0, 0);
      return rgb >> (16 - 8 * band) & 0xff;
    }
  }

  @Test
  void aMovingPictureShowsItsFramesOverAndOver() throws IOException {
    Path file = folder.resolve("a.gif");

    try (PictureSink sink = PictureSink.at(file, 20, 3)) {
      sink.add(0, flat(10));
      sink.add(1, flat(200));
      sink.add(2, flat(90));
    }

    Gif gif = Gif.read(file);
    assertThat(gif.pictures()).hasSize(3).allMatch(picture -> picture.getWidth() == 3 * SIDE);
    assertThat(List.of(gif.value(0, 0), gif.value(1, 0), gif.value(2, 0)))
        .containsExactly(10, 200, 90);
    assertThat(gif.hundredths()).containsExactly(5, 5, 5);
    assertThat(gif.endless()).isTrue();
    assertThat(folder.toFile().list()).containsExactly("a.gif");
  }

  @Test
  void aPictureStaysUntilTheNextThatCame() throws IOException {
    Path file = folder.resolve("a.gif");

    try (PictureSink sink = PictureSink.at(file, 30, 1)) {
      for (long index : new long[] {0, 1, 2, 5, 6}) {
        sink.add(index, flat(1));
      }
    }

    // At 30 a second: 0, 3.3, 6.7, 16.7 and 20 hundredths, rounded.
    assertThat(Gif.read(file).hundredths()).containsExactly(3, 4, 10, 3, 3);
  }

  @Test
  void aMovingPictureKeepsColours() throws IOException {
    Path file = folder.resolve("a.GIF");

    try (PictureSink sink = PictureSink.at(file, 10, 1)) {
      sink.add(0, flat(250, 20, 130));
    }

    Gif gif = Gif.read(file);
    assertThat(List.of(gif.value(0, 0), gif.value(0, 1), gif.value(0, 2)))
        .containsExactly(250, 20, 130);
  }

  @Test
  void aFolderHoldsAFileForEachFrame() throws IOException {
    try (PictureSink sink = PictureSink.at(folder.resolve("frames"), 20, 2)) {
      sink.add(0, flat(7));
      sink.add(12, flat(8));
    }

    BufferedImage picture = ImageIO.read(folder.resolve("frames/frame-000012.png").toFile());
    assertThat(picture.getWidth()).isEqualTo(2 * SIDE);
    assertThat(picture.getRaster().getSample(0, 0, 0)).isEqualTo(8);
    assertThat(folder.resolve("frames").toFile().list()).hasSize(2);
  }

  @Test
  void nothingAppearsWhereNothingCame() throws IOException {
    PictureSink.at(folder.resolve("a.gif"), 20, 1).close();

    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void anImageThatIsNoneLeavesNoHalfOfAFile() throws IOException {
    PictureSink sink = PictureSink.at(folder.resolve("a.gif"), 20, 1);
    sink.add(0, flat(1).toBuilder().setHeight(9).build());

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(sink::close)
        .withMessage("the server sent 4 bytes for an image of 9 x 2 x 1 values");
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void afterAFailureNothingIsWritten() throws IOException {
    Path file = folder.resolve("a.gif");
    PictureSink sink = PictureSink.at(file, 20, 1);
    sink.add(0, flat(1));
    sink.add(1, flat(1).toBuilder().setHeight(9).build());

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(
            () -> {
              while (true) {
                sink.add(2, flat(1));
              }
            });
    // It was told: closing is silent, and keeps nothing.
    sink.close();
    sink.close();

    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void anErrorWhileAPictureIsMadeIsTold() {
    PictureSink sink =
        new BackgroundSink(
            new PictureSink() {
              @Override
              public void add(long index, Image image) {
                throw new OutOfMemoryError("Java heap space");
              }

              @Override
              public void close() {
                throw new AssertionError("closed after a failure");
              }
            });
    sink.add(0, flat(1));

    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(sink::close)
        .withMessageContaining("Java heap space")
        .withMessageContaining("pass a smaller --scale");
  }

  @Test
  void aPngOfTheWireIsRead() throws IOException {
    Path file = folder.resolve("a.png");
    OutputFile.writePng(file, ImageDecoder.decode(flat(1, 2, 3)));
    Image png =
        flat(0, 0, 0).toBuilder()
            .setEncoding(Encoding.ENCODING_PNG)
            .setData(ByteString.copyFrom(Files.readAllBytes(file)))
            .build();

    int[] pixel = ImageDecoder.decode(png).getRaster().getPixel(1, 1, (int[]) null);

    assertThat(pixel).containsExactly(1, 2, 3);
  }
}

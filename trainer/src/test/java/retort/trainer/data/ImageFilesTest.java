package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFilesTest {

  @TempDir Path folder;

  @Test
  void subFoldersAreLabelsSortedByName() throws IOException {
    grey("dog/1.png", 10);
    grey("cat/deeper/2.png", 20);
    grey("cat/1.png", 30);

    ImageDataset dataset = ImageDataset.open(folder);

    assertThat(dataset.labelNames()).containsExactly("cat", "dog");
    assertThat(firstPixels(dataset)).containsExactly(30, 20, 10);
    assertThat(dataset.oneHot(new int[] {0, 1, 2})).containsExactly(1, 0, 1, 0, 0, 1);
  }

  @Test
  void imagesOfOneFolderHaveNoLabels() throws IOException {
    grey("all/b.png", 10);
    grey("all/a.png", 20);
    grey("all/.hidden.png", 30);
    Files.writeString(folder.resolve("all/notes.txt"), "not an image");

    ImageDataset dataset = ImageDataset.open(folder);

    assertThat(dataset.isLabelled()).isFalse();
    assertThat(firstPixels(dataset)).containsExactly(20, 10);
  }

  @Test
  void imagesBesideLabelFoldersAreRefused() throws IOException {
    grey("cat/1.png", 10);
    grey("stray.png", 20);

    assertRefused(folder, "stray.png lies beside folders with images");
  }

  @Test
  void datasetJsonDecidesOverFolders() throws IOException {
    grey("00000/a.png", 10);
    grey("00001/b.png", 20);
    json("{\"labels\": [[\"00001/b.png\", 2], [\"00000/a.png\", 0]]}");

    ImageDataset dataset = ImageDataset.open(folder);

    assertThat(dataset.labelNames()).containsExactly("0", "1", "2");
    assertThat(dataset.label(0)).isZero();
    assertThat(dataset.label(1)).isEqualTo(2);
  }

  @Test
  void datasetJsonOfAFolderInsideNamesImagesFromThereOn() throws IOException {
    grey("images/00000/a.png", 10);
    grey("images/00000/b.png", 20);
    Files.writeString(
        folder.resolve("images/dataset.json"),
        "{\"labels\": [[\"00000/a.png\", 1], [\"00000\\\\b.png\", 0]]}");

    assertThat(ImageDataset.open(folder).labelHistogram()).containsExactly(1, 1);
    assertThat(ImageDataset.open(folder).label(0)).isEqualTo(1);
    assertThat(ImageDataset.open(zip()).label(0)).isEqualTo(1);
  }

  @Test
  void datasetJsonThatCannotKnowAllImagesIsRefused() throws IOException {
    grey("first/a.png", 10);
    grey("second/b.png", 20);
    Files.writeString(folder.resolve("second/dataset.json"), "{\"labels\": [[\"b.png\", 1]]}");

    assertRefused(folder, "second/dataset.json lies in a folder that does not hold all images");
  }

  @Test
  void nullLabelsInDatasetJsonMeanNone() throws IOException {
    grey("00000/a.png", 10);
    grey("00001/b.png", 20);
    json("{\"labels\": null}");

    assertThat(ImageDataset.open(folder).isLabelled()).isFalse();
  }

  @Test
  void inconsistentDatasetJsonIsRefused() throws IOException {
    grey("a.png", 10);

    json("{\"labels\": [[\"a.png\", -1]]}");
    assertRefused(folder, "gives \"a.png\" the label -1, but labels are the integers from 0 to");
    json("{\"labels\": [[\"a.png\", 0.5]]}");
    assertRefused(folder, "gives \"a.png\" the label 0.5");
    json("{\"labels\": [[\"b.png\", 0]]}");
    assertRefused(folder, "has no label for a.png");
    json("{\"labels\": [[\"a.png\", 0], [\"b.png\", 0]]}");
    assertRefused(folder, "has 2 labels but there are 1 images");
    json("{\"labels\": [[\"a.png\", [0, 1]]]}");
    assertRefused(folder, "has [\"a.png\",[0,1]] where {\"labels\"");
    json("{\"labels\": [[\"a.png\", 0], [\"a.png\", 1]]}");
    assertRefused(folder, "gives a.png the labels 0 and 1: remove one of them");
    json("{\"classes\": 3}");
    assertRefused(folder, "has {\"classes\":3} where");
    json("{\"labels\": ");
    assertRefused(folder, "dataset.json cannot be read as JSON");
  }

  @Test
  void zipReadsAsTheFolderItHolds() throws IOException {
    grey("00000/a.png", 10);
    grey("00000/b.png", 20);
    json("{\"labels\": [[\"00000/a.png\", 1], [\"00000/b.png\", 0]]}");
    Path zip = zip();

    ImageDataset dataset = ImageDataset.open(zip);

    assertThat(firstPixels(dataset)).containsExactly(10, 20);
    assertThat(dataset.label(0)).isEqualTo(1);
  }

  @Test
  void zipThatIsCutOffIsRefused() throws IOException {
    grey("a.png", 10);
    Path zip = zip();
    byte[] content = Files.readAllBytes(zip);

    Files.write(zip, Arrays.copyOf(content, content.length / 2));

    assertRefused(zip, "begins like a zip but cannot be read as one");
  }

  @Test
  void folderAndZipWithoutImagesAreRefused() throws IOException {
    assertRefused(folder, "holds no .png, .jpg or .jpeg file");

    Files.writeString(folder.resolve("notes.txt"), "not an image");
    assertRefused(zip(), "holds no .png, .jpg or .jpeg file");
  }

  @Test
  void firstImageOfAnotherShapeIsNamed() throws IOException {
    grey("a.png", 10);
    grey("b.png", 10);
    write("c.png", new BufferedImage(3, 2, BufferedImage.TYPE_3BYTE_BGR));
    write("d.png", new BufferedImage(9, 9, BufferedImage.TYPE_BYTE_GRAY));

    assertRefused(folder, "c.png is [3, 2, 3] but a.png is [1, 2, 3]");
  }

  @Test
  void unreadableImagesAreNamed() throws IOException {
    grey("a.png", 10);
    byte[] png = Files.readAllBytes(folder.resolve("a.png"));

    Files.write(folder.resolve("b.png"), Arrays.copyOf(png, png.length / 2));
    assertRefused(folder, "b.png: cannot be read as a PNG or JPEG image");
    Files.writeString(folder.resolve("b.png"), "text");
    assertRefused(folder, "b.png: cannot be read as a PNG or JPEG image");
  }

  @Test
  void colourIsRedGreenBlueInPlanes() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR);
    image.setRGB(0, 0, 0x010203);
    image.setRGB(1, 0, 0x040506);
    write("a.png", image);

    assertThat(bytes(ImageDataset.open(folder), 0)).containsExactly(1, 4, 2, 5, 3, 6);
  }

  @Test
  void greyValuesAreThoseOfTheFile() throws IOException {
    // A colour conversion would brighten them: Java takes grey for linear light.
    BufferedImage image = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 256; i++) {
      image.getRaster().setSample(i, 0, 0, i);
    }
    write("a.png", image);

    int[] values = bytes(ImageDataset.open(folder), 0);

    assertThat(values).hasSize(256);
    assertThat(values[1]).isEqualTo(1);
    assertThat(values[77]).isEqualTo(77);
    assertThat(values[255]).isEqualTo(255);
  }

  @Test
  void sixteenBitsBecomeEight() throws IOException {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {0, 65_535, 257 * 100});
    write("a.png", image);

    assertThat(bytes(ImageDataset.open(folder), 0)).containsExactly(0, 255, 100);
  }

  @Test
  void transparentPixelsAreLaidOverBlack() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00ffffff);
    image.setRGB(1, 0, 0x80ff00ff);
    write("a.png", image);

    assertThat(bytes(ImageDataset.open(folder), 0)).containsExactly(0, 128, 0, 0, 0, 128);
  }

  @Test
  void palettesAreLookedUp() throws IOException {
    write("grey/a.png", new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY));
    byte[] red = {9, 8};
    byte[] other = {7, 6};
    IndexColorModel palette = new IndexColorModel(8, 2, red, other, other);
    BufferedImage colour = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    colour.getRaster().setSample(0, 0, 0, 1);
    write("colour/a.png", colour);

    ImageDataset grey = ImageDataset.open(folder.resolve("grey"));
    ImageDataset coloured = ImageDataset.open(folder.resolve("colour"));

    assertThat(grey.shape().channels()).isEqualTo(1);
    assertThat(bytes(coloured, 0)).containsExactly(8, 6, 6);
  }

  @Test
  void jpegIsReadInColourAndGrey() throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_3BYTE_BGR);
    ImageIO.write(image, "jpg", create("colour/a.JPG").toFile());
    BufferedImage grey = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(grey, "jpg", create("grey/a.jpeg").toFile());

    assertThat(ImageDataset.open(folder.resolve("colour")).shape().channels()).isEqualTo(3);
    assertThat(ImageDataset.open(folder.resolve("grey")).shape().channels()).isEqualTo(1);
  }

  private static void assertRefused(Path source, String message) {
    assertThatThrownBy(() -> ImageDataset.open(source))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(source.toString())
        .hasMessageContaining(message);
  }

  private static int[] firstPixels(ImageDataset dataset) {
    int[] pixels = new int[dataset.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes(dataset, i)[0];
    }
    return pixels;
  }

  private static int[] bytes(ImageDataset dataset, int index) {
    float[] image = dataset.images(new int[] {index});
    int[] bytes = new int[image.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Math.round((image[i] + 1f) * 127.5f);
    }
    return bytes;
  }

  private void grey(String name, int value) throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, value);
    write(name, image);
  }

  private void write(String name, BufferedImage image) throws IOException {
    assertThat(ImageIO.write(image, "png", create(name).toFile())).isTrue();
  }

  private Path create(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return file;
  }

  private void json(String content) throws IOException {
    Files.writeString(folder.resolve("dataset.json"), content);
  }

  /** The folder as a zip of uncompressed files beside its content. */
  private Path zip() throws IOException {
    Path zip = Files.createTempDirectory(folder, ".zip").resolve("images.zip");
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    try (OutputStream raw = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(raw, StandardCharsets.UTF_8)) {
      for (Path file : files) {
        out.putNextEntry(new ZipEntry(folder.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
    return zip;
  }
}

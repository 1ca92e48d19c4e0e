package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFileTest {

  private static final byte[] LABELS = {1, 0, 3};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-idx", ".idx"})
  void pairIsReadFromItsFolder(String separator) throws IOException {
    IdxFixture.write(path("train-images" + separator + "3-ubyte"), counting(3), 3, 2, 4);
    IdxFixture.write(path("train-labels" + separator + "1-ubyte"), LABELS, 3);

    ImageDataset dataset = ImageDataset.open(folder);

    assertThat(dataset).hasToString("3 images [1, 2, 4], 4 labels");
    assertThat(dataset.labelNames()).containsExactly("0", "1", "2", "3");
    assertThat(dataset.label(2)).isEqualTo(3);
    assertThat(dataset.images(new int[] {2})[7]).isEqualTo(23 / 127.5f - 1f);
  }

  @Test
  void splitSaysWhichPair() throws IOException {
    IdxFixture.write(path("train-images-idx3-ubyte.gz"), counting(1), 1, 2, 4);
    IdxFixture.write(path("train-labels-idx1-ubyte.gz"), new byte[1], 1);
    IdxFixture.write(path("t10k-images-idx3-ubyte.gz"), counting(3), 3, 2, 4);
    IdxFixture.write(path("t10k-labels-idx1-ubyte.gz"), LABELS, 3);

    assertThat(ImageDataset.open(folder, Split.TRAIN).size()).isEqualTo(1);
    assertThat(ImageDataset.open(folder, Split.TEST).size()).isEqualTo(3);
  }

  @Test
  void singleFileFindsItsLabelsByName() throws IOException {
    Path images = IdxFixture.write(path("emnist-images-idx3-ubyte.gz"), counting(3), 3, 2, 4);
    IdxFixture.write(path("emnist-labels-idx1-ubyte"), LABELS, 3);

    assertThat(ImageDataset.open(images).labelHistogram()).containsExactly(1, 1, 0, 1);
  }

  @Test
  void singleFileAloneHasNoLabels() throws IOException {
    Path images = IdxFixture.write(path("digits"), counting(3), 3, 2, 4);

    assertThat(ImageDataset.open(images).isLabelled()).isFalse();
  }

  @Test
  void missingSourceIsNamed() {
    assertThatThrownBy(() -> ImageDataset.open(path("nowhere")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nowhere: does not exist. Give a folder or zip");
  }

  @Test
  void missingHalfOfAPairIsNamed() throws IOException {
    IdxFixture.write(path("train-images-idx3-ubyte"), counting(3), 3, 2, 4);

    assertThatThrownBy(() -> ImageDataset.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz");
    assertThatThrownBy(() -> ImageDataset.open(folder, Split.TEST))
        .hasMessageContaining("neither t10k-images-idx3-ubyte nor");
  }

  @Test
  void fileOfAnotherFormatIsRefusedWithBothMagics() throws IOException {
    Path file = Files.write(path("images"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 1, 2});

    assertThatThrownBy(() -> ImageDataset.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("[89 50 4e 47]")
        .hasMessageContaining("[00 00 08 03]");
  }

  @Test
  void labelsInPlaceOfImagesAreRefused() throws IOException {
    Path file = IdxFixture.write(path("labels"), LABELS, 3);

    assertThatThrownBy(() -> ImageDataset.open(file)).hasMessageContaining("[00 00 08 01]");
  }

  @Test
  void emptyAndHeadlessFilesAreRefused() throws IOException {
    Path empty = Files.write(path("empty"), new byte[0]);
    byte[] whole = IdxFixture.bytes(counting(3), 3, 2, 4);
    Path headless = Files.write(path("headless"), Arrays.copyOf(whole, 10));

    assertThatThrownBy(() -> ImageDataset.open(empty)).hasMessageContaining("the bytes []");
    assertThatThrownBy(() -> ImageDataset.open(headless))
        .hasMessageContaining("ends inside its header");
  }

  @Test
  void fileShorterThanDeclaredIsRefusedWithBothSizes() throws IOException {
    Path file = IdxFixture.write(path("short"), new byte[20], 3, 2, 4);

    assertThatThrownBy(() -> ImageDataset.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("declares 3 x 2 x 4 values, 24 bytes, but ends after 20 of them");
  }

  @Test
  void fileLongerThanDeclaredIsRefused() throws IOException {
    Path file = IdxFixture.write(path("long"), new byte[25], 3, 2, 4);

    assertThatThrownBy(() -> ImageDataset.open(file))
        .hasMessageContaining("but goes on after them");
  }

  @Test
  void absurdDimensionsAreRefusedBeforeMemoryIsTaken() throws IOException {
    Path none = IdxFixture.write(path("none"), new byte[0], 0, 2, 4);
    Path flat = IdxFixture.write(path("flat"), new byte[0], 3, 0, 4);
    Path huge = IdxFixture.write(path("huge"), new byte[0], 1, 1 << 20, 1 << 20);
    Path negative = IdxFixture.write(path("negative"), new byte[0], 1, -1, -1);

    for (Path file : new Path[] {none, flat, huge, negative}) {
      assertThatThrownBy(() -> ImageDataset.open(file))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("empty or too large");
    }
  }

  @Test
  void truncatedGzipIsRefused() throws IOException {
    Path file = IdxFixture.write(path("cut.gz"), counting(3), 3, 2, 4);
    byte[] whole = Files.readAllBytes(file);

    for (int length : new int[] {5, whole.length / 2, whole.length - 3}) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> ImageDataset.open(file))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("cut.gz: its gzip data end early");
    }
  }

  @Test
  void damagedGzipIsRefused() throws IOException {
    Path file = IdxFixture.write(path("bad.gz"), counting(3), 3, 2, 4);
    byte[] content = Files.readAllBytes(file);
    content[content.length - 6] ^= 1;
    Files.write(file, content);

    assertThatThrownBy(() -> ImageDataset.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("bad.gz: cannot be read");
  }

  @Test
  void labelsOfAnotherNumberOfImagesAreRefused() throws IOException {
    IdxFixture.write(path("train-images-idx3-ubyte"), counting(3), 3, 2, 4);
    IdxFixture.write(path("train-labels-idx1-ubyte"), new byte[2], 2);

    assertThatThrownBy(() -> ImageDataset.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 2 labels but train-images-idx3-ubyte has 3 images");
  }

  private Path path(String name) {
    return folder.resolve(name);
  }

  private static byte[] counting(int images) {
    return IdxFixture.counting(images * 2 * 4);
  }
}

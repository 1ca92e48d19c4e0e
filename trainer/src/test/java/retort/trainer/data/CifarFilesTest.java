package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CifarFilesTest {

  private static final int PLANE = 32 * 32;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "cifar-10-batches-bin"})
  void trainingBatchesAreReadInTheirOrder(String inside) throws IOException {
    writeCifar10(folder.resolve(inside));

    ImageDataset dataset = ImageDataset.open(folder);

    assertThat(dataset).hasToString("10 images [3, 32, 32], 10 labels");
    assertThat(labels(dataset)).containsExactly(1, 9, 2, 9, 3, 9, 4, 9, 5, 9);
    assertThat(dataset.labelNames()).startsWith("0", "1").endsWith("9");
  }

  @Test
  void planesAreRedGreenBlue() throws IOException {
    write("test_batch.bin", cifar10(7));

    float[] image = ImageDataset.open(folder, Split.TEST).images(new int[] {0});

    // Record r has the values r, r + 1, ... modulo 251, one after the other.
    assertThat(image[0]).isEqualTo(-1f);
    assertThat(image[PLANE]).isEqualTo(PLANE % 251 / 127.5f - 1f);
    assertThat(image[2 * PLANE + 33]).isEqualTo((2 * PLANE + 33) % 251 / 127.5f - 1f);
  }

  @Test
  void splitSaysWhichFiles() throws IOException {
    writeCifar10(folder);
    write("test_batch.bin", cifar10(7, 6, 5));

    assertThat(ImageDataset.open(folder, Split.TRAIN).size()).isEqualTo(10);
    assertThat(labels(ImageDataset.open(folder, Split.TEST))).containsExactly(7, 6, 5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cifar-100-binary"})
  void fineLabelsOfCifar100AreRead(String inside) throws IOException {
    Files.createDirectories(folder.resolve(inside));
    Files.write(folder.resolve(inside).resolve("train.bin"), records(new int[] {19, 99}));
    Files.write(folder.resolve(inside).resolve("test.bin"), records(new int[] {0, 42}));

    ImageDataset train = ImageDataset.open(folder);

    assertThat(train).hasToString("1 images [3, 32, 32], 100 labels");
    assertThat(train.label(0)).isEqualTo(99);
    assertThat(ImageDataset.open(folder, Split.TEST).label(0)).isEqualTo(42);
  }

  @Test
  void labelsHaveTheirNamesWhereTheFileIs() throws IOException {
    writeCifar10(folder);
    Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    Path hundred = Files.createDirectories(folder.resolve("hundred"));
    Files.write(hundred.resolve("test.bin"), records(new int[] {0, 42}));
    List<String> fine = IntStream.range(0, 100).mapToObj(i -> "fine " + i).toList();
    Files.write(hundred.resolve("fine_label_names.txt"), fine);

    assertThat(ImageDataset.open(folder).labelNames()).startsWith("a", "b").endsWith("j");
    assertThat(ImageDataset.open(hundred, Split.TEST).labelNames()).isEqualTo(fine);
  }

  @Test
  void singleFileIsReadByItsName() throws IOException {
    Path test = write("test_batch.bin", cifar10(7, 6, 5));
    Path batch = write("data_batch_3.bin", cifar10(8));

    assertThat(labels(ImageDataset.open(test))).containsExactly(7, 6, 5);
    assertThat(labels(ImageDataset.open(batch))).containsExactly(8);
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    write("data_batch_1.bin", cifar10(1));

    assertRefused(folder, Split.TRAIN, "data_batch_2.bin: does not exist, but other files of this");
    assertRefused(folder, Split.TEST, "test_batch.bin: does not exist");
  }

  @Test
  void cutFilesAreRefusedWithBothSizes() throws IOException {
    Path cut = write("test_batch.bin", Arrays.copyOf(cifar10(1, 2), 6145));
    Path empty = write("test.bin", new byte[0]);

    assertRefused(
        cut, Split.TEST, "has 6145 bytes, but an image of this CIFAR data set takes 3073");
    assertRefused(empty, Split.TEST, "has 0 bytes, but an image of this CIFAR data set takes 3074");
  }

  @Test
  void labelsOutOfRangeAreRefused() throws IOException {
    Path ten = write("test_batch.bin", cifar10(1, 10));
    Path coarse = write("train.bin", records(new int[] {20, 1}));
    Path fine = write("test.bin", records(new int[] {1, 200}));

    assertRefused(ten, Split.TEST, "image 1 has the label 10, but labels there go from 0 to 9");
    assertRefused(coarse, Split.TEST, "image 0 has the label 20, but labels there go from 0 to 19");
    assertRefused(fine, Split.TEST, "image 0 has the label 200, but labels there go from 0 to 99");
  }

  @Test
  void namesOfAnotherNumberOfLabelsAreRefused() throws IOException {
    Path file = write("test_batch.bin", cifar10(1));
    Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\n");

    assertRefused(
        file, Split.TEST, "batches.meta.txt: names 2 labels, but there are 10, one a line");
  }

  @Test
  void twoDataSetsInOneFolderAreRefused() throws IOException {
    writeCifar10(folder.resolve("cifar-10-batches-bin"));
    Path hundred = Files.createDirectories(folder.resolve("cifar-100-binary"));
    Files.write(hundred.resolve("train.bin"), records(new int[] {1, 1}));

    assertRefused(folder, Split.TRAIN, "holds CIFAR images twice");
  }

  @Test
  void archivesAreToBeUnpacked() throws IOException {
    Path archive = write("cifar-10-binary.tar.gz", new byte[] {0x1f, (byte) 0x8b, 8, 0});

    assertRefused(archive, Split.TRAIN, "is an archive, which is not read: unpack it with tar");
  }

  private static void assertRefused(Path source, Split split, String message) {
    assertThatThrownBy(() -> ImageDataset.open(source, split))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  private static int[] labels(ImageDataset dataset) {
    return IntStream.range(0, dataset.size()).map(dataset::label).toArray();
  }

  /** Five batches of two images each. */
  private static void writeCifar10(Path into) throws IOException {
    Files.createDirectories(into);
    for (int batch = 1; batch <= 5; batch++) {
      Files.write(into.resolve("data_batch_%d.bin".formatted(batch)), cifar10(batch, 9));
    }
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] cifar10(int... labels) {
    return records(IntStream.of(labels).mapToObj(label -> new int[] {label}).toArray(int[][]::new));
  }

  /** A record for each row of label bytes. */
  private static byte[] records(int[]... labels) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int record = 0; record < labels.length; record++) {
      for (int label : labels[record]) {
        content.write(label);
      }
      for (int i = 0; i < 3 * PLANE; i++) {
        content.write((record + i) % 251);
      }
    }
    return content.toByteArray();
  }
}

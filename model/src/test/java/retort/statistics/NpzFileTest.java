package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzFileTest {

  @TempDir private Path folder;

  @Test
  void arraysKeepTheirNamesAndOrder() {
    Path file = folder.resolve("statistics.npz");
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("sigma", NpyArray.of(new double[] {1, 2, 3, 4}, 2, 2));
    arrays.put("mu", NpyArray.of(new double[] {5, 6}, 2));

    NpzFile.write(file, arrays);

    assertThat(NpzFile.read(file).keySet()).containsExactly("sigma", "mu");
    assertThat(NpzFile.read(file, "sigma").doubles()).containsExactly(1, 2, 3, 4);
    assertThat(NpzFile.read(file, "mu").shape()).containsExactly(2);
  }

  @Test
  void theSameArraysGiveTheSameBytes() throws IOException {
    Map<String, NpyArray> arrays = Map.of("x", NpyArray.of(new float[] {1, 2}, 2));

    NpzFile.write(folder.resolve("a.npz"), arrays);
    NpzFile.write(folder.resolve("b.npz"), arrays);

    assertThat(folder.resolve("a.npz")).hasSameBinaryContentAs(folder.resolve("b.npz"));
  }

  @Test
  void storedEntriesAreReadAndOthersLeftOut() throws IOException {
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    NpyFile.write(array, NpyArray.of(new int[] {7, 8}, 2));
    CRC32 checksum = new CRC32();
    checksum.update(array.toByteArray());
    Path file = folder.resolve("stored.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("model/weight.npy");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(array.size());
      entry.setCrc(checksum.getValue());
      zip.putNextEntry(entry);
      zip.write(array.toByteArray());
      zip.putNextEntry(new ZipEntry("README"));
    }

    assertThat(NpzFile.read(file).keySet()).containsExactly("model/weight");
    assertThat(NpzFile.read(file, "model/weight").longs()).containsExactly(7, 8);
  }

  @Test
  void anAbsentArrayIsNamedWithThosePresent() {
    Path file = folder.resolve("statistics.npz");
    NpzFile.write(file, Map.of("mu", NpyArray.of(new double[1], 1)));

    assertThatThrownBy(() -> NpzFile.read(file, "sigma"))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("has no array sigma but [mu]");
  }

  @Test
  void cutOffFilesAreRefused() throws IOException {
    Path file = folder.resolve("cut.npz");
    NpzFile.write(file, Map.of("x", NpyArray.of(new float[1000], 1000)));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 30));

    assertThatThrownBy(() -> NpzFile.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("cut.npz: cannot be read as a zip of arrays")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void damagedArraysAreNamedWithTheirFile() throws IOException {
    Path file = folder.resolve("damaged.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("mu.npy"));
      zip.write(new byte[] {1, 2, 3});
    }

    assertThatThrownBy(() -> NpzFile.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("damaged.npz!mu.npy: is no .npy file");
  }

  @Test
  void aFlippedBitIsNoticed() throws IOException {
    Path file = folder.resolve("flipped.npz");
    NpzFile.write(file, Map.of("x", NpyArray.of(new float[1000], 1000)));
    byte[] bytes = Files.readAllBytes(file);
    bytes[2000] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> NpzFile.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("flipped.npz!x.npy: is damaged: its checksum is wrong");
  }

  @Test
  void aMissingFileIsCalledMissing() {
    Path file = folder.resolve("none.npz");

    assertThatThrownBy(() -> NpzFile.read(file)).hasMessage(file + ": there is no such file");
  }
}

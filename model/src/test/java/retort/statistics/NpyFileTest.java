package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {

  @TempDir private Path folder;

  @Test
  void everyTypeSurvivesWritingAndReading() {
    assertThat(rewritten(NpyArray.of(new float[] {1.5f, -2f, 3f, 4f, 5f, 6f}, 2, 3)).floats())
        .containsExactly(1.5f, -2f, 3f, 4f, 5f, 6f);
    assertThat(rewritten(NpyArray.of(new double[] {Math.PI, -0.0}, 2)).doubles())
        .containsExactly(Math.PI, -0.0);
    assertThat(rewritten(NpyArray.of(new int[] {Integer.MIN_VALUE, 7}, 1, 2)).longs())
        .containsExactly(Integer.MIN_VALUE, 7);
    assertThat(rewritten(NpyArray.of(new long[] {Long.MAX_VALUE}, 1)).longs())
        .containsExactly(Long.MAX_VALUE);
    assertThat(rewritten(NpyArray.ofUnsignedBytes(new byte[] {0, -1}, 2)).longs())
        .containsExactly(0, 255);
    assertThat(rewritten(NpyArray.of(new boolean[] {true, false}, 2)).bytes())
        .containsExactly(1, 0);
  }

  @Test
  void shapesSurviveDownToASingleNumberAndToNone() {
    assertThat(rewritten(NpyArray.of(new float[24], 2, 3, 4)).shape()).containsExactly(2, 3, 4);
    assertThat(rewritten(NpyArray.of(new float[] {7f})).shape()).isEmpty();
    assertThat(rewritten(NpyArray.of(new float[0], 4, 0)).shape()).containsExactly(4, 0);
  }

  @Test
  void arraysLargerThanAChunkSurvive() {
    float[] many = new float[100_003];
    for (int i = 0; i < many.length; i++) {
      many[i] = i;
    }

    assertThat(rewritten(NpyArray.of(many, many.length)).floats()).containsExactly(many);
  }

  @Test
  void filesAreWrittenAsNumpyWritesThem() throws IOException {
    Path file = folder.resolve("a.npy");

    NpyFile.write(file, NpyArray.of(new long[] {5}, 1));

    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    assertThat(bytes).hasSize(128 + 8).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(header)
        .startsWith("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }  ")
        .endsWith(" \n");
    assertThat(bytes[128]).isEqualTo((byte) 5);
  }

  @Test
  void fortranOrderIsTurnedIntoCOrder() throws IOException {
    // The array [[[0, 1, 2, 3], ...], ...] of shape (2, 3, 4), first index fastest.
    ByteBuffer elements = ByteBuffer.allocate(24 * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < 4; k++) {
      for (int j = 0; j < 3; j++) {
        for (int i = 0; i < 2; i++) {
          elements.putInt(12 * i + 4 * j + k);
        }
      }
    }

    Path file = write(1, "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 4), }", elements);

    long[] counted = new long[24];
    Arrays.setAll(counted, i -> i);
    assertThat(NpyFile.read(file).longs()).containsExactly(counted);
  }

  @Test
  void bigEndianNumbersAreRead() throws IOException {
    ByteBuffer elements = ByteBuffer.allocate(16).putDouble(1.25).putDouble(-3.0);

    Path file = write(1, "{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }", elements);

    assertThat(NpyFile.read(file).doubles()).containsExactly(1.25, -3.0);
  }

  @Test
  void halfPrecisionIsWidened() throws IOException {
    ByteBuffer elements = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    elements.putShort((short) 0x3c00).putShort((short) 0xc000);

    Path file = write(2, "{'shape': (2L,), 'fortran_order': False, 'descr': '<f2'}", elements);

    NpyArray array = NpyFile.read(file);
    assertThat(array.type()).isEqualTo(NpyType.FLOAT32);
    assertThat(array.floats()).containsExactly(1f, -2f);
  }

  @Test
  void cutOffFilesAreRefusedWithWhatIsMissing() throws IOException {
    Path file = folder.resolve("cut.npy");
    NpyFile.write(file, NpyArray.of(new float[10], 10));
    byte[] bytes = Files.readAllBytes(file);

    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    assertThatThrownBy(() -> NpyFile.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("cut.npy: the header promises FLOAT32[10], 40 bytes, but only 37");

    Files.write(file, Arrays.copyOf(bytes, 60));
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("ends inside its header");

    Files.write(file, Arrays.copyOf(bytes, 5));
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("is no .npy file");
  }

  @Test
  void unreadableTypesAndFilesAreNamed() throws IOException {
    Path complex =
        write(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (), }", ByteBuffer.allocate(8));
    assertThatThrownBy(() -> NpyFile.read(complex))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("elements are of type <c8")
        .hasMessageContaining("astype");

    Path record =
        write(
            1,
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }",
            ByteBuffer.allocate(4));
    assertThatThrownBy(() -> NpyFile.read(record)).hasMessageContaining("no simple element type");

    Path huge =
        write(
            1,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (70000, 70000), }",
            ByteBuffer.allocate(4));
    assertThatThrownBy(() -> NpyFile.read(huge))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("no Java array holds");

    assertThatThrownBy(() -> NpyFile.read(folder.resolve("absent.npy")))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("absent.npy")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void elementsAreConvertedOnRequest() {
    NpyArray integers = NpyArray.of(new int[] {3, -4}, 2);

    assertThat(integers.doubles()).containsExactly(3.0, -4.0);
    assertThat(integers.floats()).containsExactly(3f, -4f);
    assertThatThrownBy(() -> NpyArray.of(new float[1], 1).longs())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("FLOAT32[1] holds no integers");
    assertThatThrownBy(() -> NpyArray.of(new float[5], 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3] does not hold 5");
  }

  private NpyArray rewritten(NpyArray array) {
    Path file = folder.resolve("rewritten.npy");
    NpyFile.write(file, array);
    NpyArray read = NpyFile.read(file);
    assertThat(read.type()).isEqualTo(array.type());
    assertThat(read.shape()).containsExactly(array.shape());
    return read;
  }

  private Path write(int version, String dictionary, ByteBuffer elements) throws IOException {
    byte[] header = (dictionary + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes =
        ByteBuffer.allocate(12 + header.length + elements.capacity())
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(NpyFile.MAGIC).put((byte) version).put((byte) 0);
    if (version == 1) {
      bytes.putShort((short) header.length);
    } else {
      bytes.putInt(header.length);
    }
    bytes.put(header).put(elements.clear());
    Path file = Files.createTempFile(folder, "array", ".npy");
    Files.write(file, Arrays.copyOf(bytes.array(), bytes.position()));
    return file;
  }
}

package retort.trainer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Forty noisy 8x8 images with two labels, as IDX files, for commands that need a data set. */
final class TinyImages {
  static final int COUNT = 40;
  static final int SIDE = 8;

  private TinyImages() {}

  /** Writes the pair of files into a new folder. */
  static Path in(Path folder) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(1);
    byte[] pixels = new byte[COUNT * SIDE * SIDE];
    random.nextBytes(pixels);
    byte[] labels = new byte[COUNT];
    for (int i = 0; i < COUNT; i++) {
      labels[i] = (byte) (i % 2);
    }
    write(folder.resolve("train-images-idx3-ubyte"), pixels, COUNT, SIDE, SIDE);
    write(folder.resolve("train-labels-idx1-ubyte"), labels, COUNT);
    return folder;
  }

  /** Writes an IDX file that declares {@code dimensions}, whatever it holds. */
  static Path write(Path file, byte[] values, int... dimensions) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(4 + 4 * dimensions.length + values.length);
    content.putInt(0x0800 | dimensions.length);
    for (int dimension : dimensions) {
      content.putInt(dimension);
    }
    return Files.write(file, content.put(values).array());
  }
}

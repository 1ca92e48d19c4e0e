package retort.trainer.mixture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of {@code examples/gaussian-mixture}: the teacher, and images to learn from. */
final class MixtureExample {
  static final String TEACHER = "teacher.onnx";
  static final String IMAGES = "points-images-idx3-ubyte";

  private static final int IMAGE_COUNT = 20_000;
  private static final float HALF_RANGE = 127.5f;

  private MixtureExample() {}

  /** Writes both files into the folder that is the only argument. */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  /**
   * Writes both files. The images are points of the mixture, a byte for each coordinate as in any
   * IDX file: rounding adds a variance of 5e-6, where the narrowest axis of a component has 1e-2.
   */
  static void write(Path folder) throws IOException {
    MixtureTeacher.of(GaussianMixture.EXAMPLE).write(folder.resolve(TEACHER));
    float[] points = GaussianMixture.EXAMPLE.points(IMAGE_COUNT);
    ByteBuffer idx = ByteBuffer.allocate(16 + points.length);
    idx.putInt(0x0803).putInt(IMAGE_COUNT).putInt(1).putInt(2);
    for (float point : points) {
      int level = Math.round((point + 1) * HALF_RANGE);
      idx.put((byte) Math.max(0, Math.min(255, level)));
    }
    Files.write(folder.resolve(IMAGES), idx.array());
  }
}

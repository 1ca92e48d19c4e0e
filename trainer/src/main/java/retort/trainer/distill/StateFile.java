package retort.trainer.distill;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import retort.graph.Tensor;
import retort.statistics.NpyArray;
import retort.statistics.NpyException;
import retort.statistics.NpzFile;

/** How a file keeps what a run has done so far: an array for each tensor, and one of counts. */
final class StateFile {
  private static final String PROGRESS = "progress";

  private StateFile() {}

  static void write(Path file, RunFolder.Saved saved) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put(
        PROGRESS, NpyArray.of(new double[] {saved.steps(), saved.images(), saved.seconds()}, 3));
    saved
        .tensors()
        .forEach((name, tensor) -> arrays.put(name, NpyArray.of(tensor.floats(), tensor.shape())));
    NpzFile.write(file, arrays);
  }

  /**
   * Reads a file.
   *
   * @throws NpyException when it is damaged, or no state
   */
  static RunFolder.Saved read(Path file) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>(NpzFile.read(file));
    NpyArray progress = arrays.remove(PROGRESS);
    if (progress == null || progress.count() != 3) {
      throw new NpyException(file + ": is no state of a run");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> tensors.put(name, Tensor.floats(array.shape(), array.floats())));
    double[] values = progress.doubles();
    return new RunFolder.Saved((long) values[0], (long) values[1], values[2], tensors);
  }
}

package retort.exporter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import retort.exporter.verify.TemporaryFolder;
import retort.graph.Graph;
import retort.graph.Weight;
import retort.onnx.OnnxException;

/**
 * A copy of a network, tried before its file is written: what fails leaves no file, and an older
 * one as it was.
 */
final class TrialCopy {
  private TrialCopy() {}

  /**
   * Tries a copy in a folder of its own beside the file, so that there is room for both.
   *
   * @param out the file that will be written
   * @param network whose parameters must be numbers
   * @param write writes the copy
   * @param trial what is found of it
   */
  static <T> T tried(Path out, Graph network, Consumer<Path> write, Function<Path, T> trial) {
    requireFinite(network);
    try (TemporaryFolder beside = TemporaryFolder.beside(out)) {
      OutputPaths.write(out, () -> write.accept(beside.file()));
      return trial.apply(beside.file());
    } catch (IOException e) {
      throw OutputPaths.full(out, e);
    }
  }

  /** Constants may be infinite, as masks of attention are. */
  private static void requireFinite(Graph network) {
    network
        .weights()
        .forEach(
            (name, weight) -> {
              if (weight.role() == Weight.Role.PARAMETER && !finite(weight.value().floats())) {
                throw new OnnxException(
                    "weight '"
                        + name
                        + "' has values that are not finite: the file is damaged, or the training"
                        + " that wrote it failed; take another snapshot");
              }
            });
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}

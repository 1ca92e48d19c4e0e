package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.exporter.verify.Rereading;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/** A disk that fills up while a network is written to it. */
class FullDiskTest {
  private static final String REASON = "(No space left on device)";

  @TempDir Path folder;

  /** A network of which only a part can be written. */
  private static Graph large() {
    Tensor last =
        Tensor.stored(
            DataType.FLOAT32,
            new int[] {512},
            () -> {
              throw new UncheckedIOException(new IOException("No space left on device"));
            });
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(512)).plus(g.buffer("w", last)));
    return g.build();
  }

  private static void write(Path file) {
    OnnxWriter.write(OnnxModel.of(large(), Map.of()), file);
  }

  @Test
  void noRoomForACopyNamesTheFileThatTheUserWants() {
    Path out = folder.resolve("out.onnx");

    assertThatThrownBy(() -> TrialCopy.tried(out, large(), FullDiskTest::write, copy -> copy))
        .isInstanceOf(OnnxException.class)
        .message()
        .startsWith("--out is " + out + " but")
        .contains(REASON, "free some space, or pass an --out on another disk")
        .doesNotContain(".retort");

    assertThat(new Shell(folder).names()).isEmpty();
  }

  @Test
  void noRoomForTheFileItselfNamesIt() {
    Path out = folder.resolve("out.onnx");

    assertThatThrownBy(() -> OutputPaths.write(out, () -> write(out)))
        .isInstanceOf(OnnxException.class)
        .message()
        .startsWith("--out is " + out + " but")
        .contains(REASON, "free some space, or pass an --out on another disk");

    assertThat(new Shell(folder).names()).isEmpty();
  }

  @Test
  void noRoomForTemporaryFilesNamesTheirFolder() {
    assertThatThrownBy(() -> Rereading.difference(folder.resolve("in.onnx"), large(), 1))
        .isInstanceOf(OnnxException.class)
        .message()
        .contains(System.getProperty("java.io.tmpdir"), "No space left on device")
        .contains("free some space, or pass another folder")
        .doesNotContain(".retort");
  }
}

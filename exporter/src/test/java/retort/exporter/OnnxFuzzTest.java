package retort.exporter;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import retort.graph.GraphException;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;

/** Mutates ONNX files. */
class OnnxFuzzTest {
  static Stream<byte[]> seeds() {
    try {
      Path file = Files.createTempFile("seed", ".onnx");
      TinyGenerators.teacher(2, 0).write(file);
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      return Stream.of(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "15s")
  void everyOnnxFileIsReadOrRefused(byte[] bytes) {
    try {
      OnnxReader.read(bytes);
    } catch (OnnxException | GraphException e) {
      // Refused in a sentence.
    }
  }
}

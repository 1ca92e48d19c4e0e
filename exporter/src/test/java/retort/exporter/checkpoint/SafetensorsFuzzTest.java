package retort.exporter.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Mutates safetensors files. */
class SafetensorsFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of("types.safetensors").map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "15s")
  void everySafetensorsFileIsReadOrRefused(byte[] bytes) {
    FuzzedFile.read(bytes);
  }
}

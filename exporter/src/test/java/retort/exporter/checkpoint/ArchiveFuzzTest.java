package retort.exporter.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Mutates archives of PyTorch and NumPy. */
class ArchiveFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of("types.pt", "training-state.pt", "program.pt", "types.npz")
        .map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "15s")
  void everyArchiveIsReadOrRefused(byte[] bytes) {
    FuzzedFile.read(bytes);
  }
}

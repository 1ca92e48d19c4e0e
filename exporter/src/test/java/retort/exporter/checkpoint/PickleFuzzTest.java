package retort.exporter.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Mutates pickles and files of old PyTorch. */
class PickleFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of("edm.pkl", "edm-protocol2.pkl", "edm2-knotted.pkl", "types.pth")
        .map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "15s")
  void everyPickleIsReadOrRefused(byte[] bytes) {
    FuzzedFile.read(bytes);
  }
}

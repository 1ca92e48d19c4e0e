package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.server.TinyGenerator;

class StoppedRunTest {
  @TempDir private Path folder;

  private OnnxGenerator open() {
    return OnnxGenerator.open(
        TinyGenerator.USUAL.write(folder.resolve("tiny.onnx")), Device.CPU, 1);
  }

  @Test
  void stoppedLaneFailsUntilItIsGivenBack() {
    try (OnnxGenerator generator = open()) {
      Lane lane = generator.lane();
      lane.set(0, Origin.of(1, 0));
      lane.stop();

      assertThatThrownBy(() -> lane.run(1)).isInstanceOf(GeneratorException.class);
      assertThatThrownBy(() -> lane.run(1)).isInstanceOf(GeneratorException.class);
      lane.close();

      try (Lane next = generator.lane()) {
        next.set(0, Origin.of(1, 0));
        next.run(1);
        byte[] pixels = new byte[64];
        next.read(0, pixels);
        assertThat(pixels).isEqualTo(TinyGenerator.USUAL.pixels(1, 0));
      }
    }
  }
}

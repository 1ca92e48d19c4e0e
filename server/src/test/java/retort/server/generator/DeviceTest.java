package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of a device that no machine has, so that it holds where there are some. */
class DeviceTest {
  private static final Device CUDA = new Device(Device.Provider.CUDA, 1000);
  private static final Device TENSORRT = new Device(Device.Provider.TENSORRT, 1000);

  private final List<String> refused = new ArrayList<>();

  private Device firstOf(Device... devices) {
    return Device.firstOf(
        List.of(devices), (why, next) -> refused.add(why.getMessage() + "; then " + next));
  }

  @Test
  void firstThatCanBeHadIsTakenAndTheOthersSayWhy() {
    assertThat(firstOf(TENSORRT, CUDA, Device.CPU, CUDA)).isEqualTo(Device.CPU);

    assertThat(refused)
        .satisfiesExactly(
            one ->
                assertThat(one)
                    .startsWith("tensorrt device 1000 cannot")
                    .contains("TensorRT 10")
                    .endsWith("then cuda device 1000"),
            two ->
                assertThat(two)
                    .startsWith("cuda device 1000 cannot")
                    .contains("CUDA 12")
                    .endsWith("then cpu"));
  }

  @Test
  void whereNoneCanBeHadTheLastSaysWhatItLacks() {
    assertThatThrownBy(() -> firstOf(TENSORRT, CUDA))
        .isInstanceOf(GeneratorException.class)
        .hasMessageContaining("cuda device 1000 cannot be had")
        .hasMessageContaining("MAVEN_ARGS=-Pcuda");
    assertThat(refused).hasSize(1);
  }
}

package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.onnx.OnnxException;

class SigmaRangeTest {

  @Test
  void levelsOutsideAreMovedToTheBorder() {
    SigmaRange range = new SigmaRange(0.02, 100);

    assertThat(range.nearest(0.002)).isEqualTo(0.02);
    assertThat(range.nearest(80)).isEqualTo(80);
    assertThat(range.nearest(120)).isEqualTo(100);
  }

  @Test
  void aFileKeepsTheRange() {
    SigmaRange range = new SigmaRange(0.02, 100);

    assertThat(SigmaRange.of(range.properties())).isEqualTo(range);
    assertThat(SigmaRange.ALL.properties()).isEmpty();
    assertThat(SigmaRange.of(Map.of())).isEqualTo(SigmaRange.ALL);
  }

  @Test
  void aFileThatSaysNoRangeIsRefused() {
    assertThatThrownBy(() -> SigmaRange.of(Map.of("retort.sigma_min", "low")))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("retort.sigma_min is 'low'");
    assertThatThrownBy(
            () -> SigmaRange.of(Map.of("retort.sigma_min", "2", "retort.sigma_max", "1")))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("the second larger");
  }
}

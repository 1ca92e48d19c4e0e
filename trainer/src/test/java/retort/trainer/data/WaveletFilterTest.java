package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WaveletFilterTest {

  @Test
  void evenShiftsAreOrthonormal() {
    // The fine samples of one coarse impulse are the taps.
    int count = 32;
    float[] impulse = new float[count];
    impulse[16] = 1f;
    double[] taps = new double[2 * count];
    for (int i = 0; i < taps.length; i++) {
      taps[i] = WaveletFilter.upsample(impulse, 0, 1, count, i);
    }

    for (int shift = 0; shift < 8; shift++) {
      double product = 0;
      for (int i = 0; i + 2 * shift < taps.length; i++) {
        product += taps[i] * taps[i + 2 * shift];
      }
      assertThat(product).isCloseTo(shift == 0 ? 1.0 : 0.0, within(1e-9));
    }
  }

  @Test
  void downsamplingIsTheTransposeOfUpsampling() {
    int count = 16;
    for (int coarse = 0; coarse < count; coarse++) {
      float[] coarseImpulse = new float[count];
      coarseImpulse[coarse] = 1f;
      for (int fine = 0; fine < 2 * count; fine++) {
        float[] fineImpulse = new float[2 * count];
        fineImpulse[fine] = 1f;

        assertThat(WaveletFilter.downsample(fineImpulse, 0, 1, 2 * count, coarse))
            .isEqualTo(WaveletFilter.upsample(coarseImpulse, 0, 1, count, fine));
      }
    }
  }

  @Test
  void evenAndOddPlacesGiveAConstantTheSameValue() {
    float[] ones = new float[20];
    Arrays.fill(ones, 1f);

    for (int place = 12; place < 28; place++) {
      assertThat(WaveletFilter.upsample(ones, 0, 1, 20, place))
          .isCloseTo(Math.sqrt(0.5), within(1e-9));
    }
  }
}

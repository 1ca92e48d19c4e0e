package retort.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.denoiser.ReferenceSamples;
import retort.graph.Tensor;

class DifferenceTest {
  private static ReferenceSamples samples(float... images) {
    int[] shape = {2, 2, 1, images.length / 4};
    return new ReferenceSamples(List.of(7L, 8L), List.of(1, 0), Tensor.floats(shape, images));
  }

  @Test
  void whatIsLostByRoundingToFloat16IsNoDifference() {
    float[] images = {0.1f, -0.73333f, 1e-6f, 0.99999f};
    ReferenceSamples stored =
        ReferenceSamples.decode(samples(images).encode(), new ImageShape(2, 1, 1));

    Difference difference = Difference.between(images, stored);

    assertThat(stored.images().floats()).isNotEqualTo(images);
    assertThat(difference.value()).isZero();
  }

  @Test
  void theWorstSampleIsNamed() {
    Difference difference =
        Difference.between(new float[] {0, 0.01f, 0, 0.5f}, samples(0, 0, 0, 0));

    assertThat(difference.value()).isCloseTo(0.5, within(1e-6));
    assertThat(difference.seed()).isEqualTo(8);
    assertThat(difference.label()).isEqualTo(Optional.of(0));
    assertThat(difference.where()).isEqualTo("sample 1 (seed 8, label 0)");
  }

  @Test
  void anImageThatIsNoNumberDiffersWithoutBound() {
    Difference difference =
        Difference.between(new float[] {0, 0, Float.NaN, 0.5f}, samples(0, 0, 0, 0));

    assertThat(difference.value()).isInfinite();
    assertThat(difference.sample()).isEqualTo(1);
  }

  @Test
  void greyLevelsAreComparedPixelByPixelWithChannelsLast() {
    float[] images = {-1, 1, 0, 2, -2, 0.5f, 0, 0};
    byte[] levels = {0, (byte) 128, (byte) 255, (byte) 255, 0, (byte) 128, (byte) 191, (byte) 128};

    assertThat(Difference.inLevels(levels, images, samples(new float[8])).value()).isZero();

    levels[6] = (byte) 194;
    Difference difference = Difference.inLevels(levels, images, samples(new float[8]));
    assertThat(difference.value()).isEqualTo(3);
    assertThat(difference.sample()).isEqualTo(1);
  }
}

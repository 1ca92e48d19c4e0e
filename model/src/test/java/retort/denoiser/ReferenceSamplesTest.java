package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import retort.graph.Tensor;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;

class ReferenceSamplesTest {
  private static final ImageShape SHAPE = new ImageShape(1, 2, 2);

  /** Half a unit in the last place of float16, relative to the value. */
  private static final double HALF_PRECISION = Math.scalb(1.0, -11);

  private static ReferenceSamples samples(List<Integer> labels) {
    float[] images = new float[8];
    new GaussianNoise(1, 0).fill(images, 0, images.length, 0);
    return new ReferenceSamples(
        List.of(5L, -6L), labels, Tensor.floats(new int[] {2, 1, 2, 2}, images));
  }

  @Test
  void whatIsEncodedIsDecodedWithinHalfPrecision() {
    ReferenceSamples samples = samples(List.of(3, 0));

    ReferenceSamples decoded = ReferenceSamples.decode(samples.encode(), SHAPE);

    assertThat(decoded.seeds()).containsExactly(5L, -6L);
    assertThat(decoded.labels()).containsExactly(3, 0);
    assertThat(decoded.images().shape()).containsExactly(2, 1, 2, 2);
    for (int i = 0; i < 8; i++) {
      double exact = samples.images().reals()[i];
      assertThat(Math.abs(decoded.images().reals()[i] - exact))
          .isLessThanOrEqualTo(HALF_PRECISION * Math.abs(exact));
    }
  }

  @Test
  void aGeneratorWithoutLabelsKeepsNone() {
    assertThat(ReferenceSamples.decode(samples(List.of()).encode(), SHAPE).labels()).isEmpty();
  }

  @Test
  void sixteenSmallImagesAndFewerLargeOnesAreKept() {
    assertThat(ReferenceSamples.count(SHAPE)).isEqualTo(16);
    assertThat(ReferenceSamples.count(new ImageShape(3, 32, 32))).isEqualTo(16);
    assertThat(ReferenceSamples.count(new ImageShape(3, 256, 256))).isEqualTo(3);
    assertThat(ReferenceSamples.count(new ImageShape(3, 2048, 2048))).isEqualTo(1);
  }

  @Test
  void damageIsNoticed() {
    String text = samples(List.of(3, 0)).encode();
    List<String> damaged =
        List.of(
            "",
            text.replace("\n", " "),
            text.replace("5,", "x,"),
            text.replace("5,", "5,7,"),
            text.replace("3,0", "3"),
            text.substring(0, text.length() - 8),
            text.substring(0, 10) + "!" + text.substring(11));

    for (String one : damaged) {
      assertThatThrownBy(() -> ReferenceSamples.decode(one, SHAPE))
          .as(one)
          .isInstanceOf(OnnxException.class)
          .hasMessageContaining("retort.reference_samples");
    }
  }

  @Test
  void textThatInflatesToMoreThanTheSamplesIsRefused() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(bomb)) {
      deflater.write(new byte[1 << 20]);
    }
    String images = Base64.getEncoder().encodeToString(bomb.toByteArray());

    refused("5\n\n" + images, "inflate to the 8 bytes");
  }

  @Test
  void evidenceHasSamplesAndTheyAreNumbers() {
    float[] images = {0, 0, Float.NaN, 0};
    ReferenceSamples nothing =
        new ReferenceSamples(List.of(1L), List.of(), Tensor.floats(new int[] {1, 1, 2, 2}, images));

    refused(nothing.encode(), "value 2 of its images is NaN");
    refused("\n\n" + samples(List.of()).encode().split("\n", -1)[2], "0 samples");
    refused("1,".repeat(16) + "1\n\n", "17 samples instead of 1 to 16");
  }

  private static void refused(String text, String words) {
    assertThatThrownBy(() -> ReferenceSamples.decode(text, SHAPE))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("retort.reference_samples")
        .hasMessageContaining(words);
  }

  @Test
  void seedsLabelsAndImagesBelongTogether() {
    assertThatThrownBy(() -> samples(List.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 seeds, 1 labels");
  }
}

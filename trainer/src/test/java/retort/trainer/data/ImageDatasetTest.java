package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.noise.UniformDraws;

class ImageDatasetTest {

  private static final ImageShape SHAPE = new ImageShape(1, 1, 2);
  private static final ImageDataset DATASET =
      ImageDataset.of(
          SHAPE,
          new byte[] {0, (byte) 255, 127, (byte) 128, 1, 2},
          new int[] {2, 0, 2},
          List.of("a", "b", "c"));

  @Test
  void bytesBecomeFloatsFromMinusOneToOne() {
    assertThat(DATASET.images(new int[] {1, 0}))
        .containsExactly(127 / 127.5f - 1f, 128 / 127.5f - 1f, -1f, 1f);
  }

  @Test
  void labelsBecomeOneHotRows() {
    assertThat(DATASET.oneHot(new int[] {0, 1})).containsExactly(0, 0, 1, 1, 0, 0);
  }

  @Test
  void histogramCountsEachLabel() {
    assertThat(DATASET.labelHistogram()).containsExactly(1, 0, 2);
  }

  @Test
  void labelsAreDrawnAsOftenAsImagesHaveThem() {
    UniformDraws draws = new UniformDraws(5, 0);
    int[] counts = new int[3];

    for (int i = 0; i < 9_000; i++) {
      counts[DATASET.drawLabel(draws, i)]++;
    }

    assertThat(counts[0]).isBetween(2_850, 3_150);
    assertThat(counts[1]).isZero();
  }

  @Test
  void datasetWithoutLabelsHasEmptyOneHotRows() {
    ImageDataset unlabelled = DATASET.withoutLabels();

    assertThat(unlabelled.isLabelled()).isFalse();
    assertThat(unlabelled.size()).isEqualTo(3);
    assertThat(unlabelled.oneHot(new int[] {0, 1})).isEmpty();
    assertThat(unlabelled.labelHistogram()).isEmpty();
    assertThatThrownBy(() -> unlabelled.label(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void laterChangesOfTheCallersArraysDoNotShow() {
    byte[] pixels = {0, 0};
    int[] labels = {0};
    ImageDataset dataset = ImageDataset.of(SHAPE, pixels, labels, List.of("a", "b"));

    pixels[0] = 100;
    labels[0] = 1;

    assertThat(dataset.images(new int[] {0})).containsExactly(-1f, -1f);
    assertThat(dataset.label(0)).isZero();
  }

  @Test
  void inconsistentArraysAreRefused() {
    int[] none = {};

    assertThatThrownBy(() -> ImageDataset.of(SHAPE, new byte[3], none, List.of()))
        .hasMessageContaining("3 bytes are not one or more whole images [1, 1, 2]");
    assertThatThrownBy(() -> ImageDataset.of(SHAPE, new byte[4], new int[1], List.of("a")))
        .hasMessageContaining("1 labels and 1 label names are given for 2 images");
    assertThatThrownBy(() -> ImageDataset.of(SHAPE, new byte[2], new int[] {1}, List.of("a")))
        .hasMessageContaining("label 1 has no name");
  }
}

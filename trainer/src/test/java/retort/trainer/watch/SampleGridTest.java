package retort.trainer.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;
import retort.trainer.data.ImageDataset;
import retort.trainer.evaluate.ImageSource;

class SampleGridTest {
  private static final ImageShape PIXEL = new ImageShape(1, 1, 1);

  @ParameterizedTest(name = "{0} labels")
  @CsvSource({"0, 10", "1, 10", "2, 10", "3, 9", "4, 8", "6, 6", "9, 9", "10, 10", "1000, 10"})
  void thereAreAboutTenColumns(int labels, int columns) {
    assertThat(new SampleGrid(labels).columns()).isEqualTo(columns);
  }

  @ParameterizedTest(name = "{0} labels")
  @ValueSource(ints = {1, 2, 3, 7, 10, 1000})
  void aColumnIsALabel(int labels) {
    SampleGrid grid = new SampleGrid(labels);

    int[] label = grid.imageLabels();

    assertThat(label).hasSize(grid.count());
    for (int i = 0; i < label.length; i++) {
      assertThat(label[i]).isEqualTo(label[i % grid.columns()]).isLessThan(labels);
    }
    assertThat(Arrays.stream(label).distinct().count()).isEqualTo(Math.min(labels, 10));
  }

  @Test
  void everyReportHasTheNoiseOfTheSameSeeds() {
    List<long[]> asked = new ArrayList<>();
    ImageSource source =
        new ImageSource(
            PIXEL,
            (noise, labels, seeds) -> {
              asked.add(seeds);
              return noise;
            });
    SampleGrid grid = new SampleGrid(2);

    float[] first = grid.draw(source);
    float[] second = grid.draw(source);

    assertThat(second).containsExactly(first);
    assertThat(asked.get(0)).startsWith(0, 1, 2).hasSize(60);
    float[] noise = new float[1];
    new GaussianNoise(59, 0).fill(noise, 0, 1, 0);
    assertThat(first[59]).isEqualTo(noise[0]);
  }

  @Test
  void realImagesStandInTheColumnsOfTheirLabels() {
    byte[] pixels = new byte[12];
    int[] labels = new int[12];
    for (int i = 0; i < 12; i++) {
      pixels[i] = (byte) i;
      labels[i] = i < 9 ? 0 : 1;
    }
    ImageDataset data = ImageDataset.of(PIXEL, pixels, labels, List.of("a", "b"));

    float[] images = new SampleGrid(2).real(data);

    for (int i = 0; i < images.length; i++) {
      int index = Math.round((images[i] + 1) * 127.5f);
      assertThat(index < 9 ? 0 : 1).isEqualTo(i % 2);
    }
    assertThat(Math.round((images[2] + 1) * 127.5f)).isEqualTo(1);
  }
}

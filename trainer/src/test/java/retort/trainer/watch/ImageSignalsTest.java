package retort.trainer.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.noise.UniformDraws;
import retort.trainer.distill.RunFolder;

class ImageSignalsTest {
  private static final SampleGrid GRID = new SampleGrid(0);
  private static final ImageShape SHAPE = new ImageShape(1, 4, 4);

  private final Path path;
  private final RunFolder folder;

  ImageSignalsTest(@TempDir Path path) {
    this.path = path;
    this.folder = RunFolder.open(path, Map.of(), Set.of());
  }

  @AfterEach
  void close() {
    folder.close();
  }

  /** Images whose first half of pixels is dark and whose second has a level for each image. */
  private static float[] images(double contrast) {
    float[] images = new float[GRID.count() * SHAPE.elements()];
    for (int i = 0; i < images.length; i++) {
      int image = i / SHAPE.elements();
      images[i] = i % 16 < 8 ? -0.5f : (float) (contrast * (image / 10 % 2 == 0 ? 1 : -1));
    }
    return images;
  }

  private ImageSignals signals() {
    return new ImageSignals(folder, GRID, SHAPE, () -> images(0.5));
  }

  private Map<String, Number> report(ImageSignals signals, long position, float[] images) {
    GRID.write(folder.samples(position), images, SHAPE);
    return signals.of(images, position);
  }

  private static double value(Map<String, Number> signals, String name) {
    return Objects.requireNonNull(signals.get(name)).doubleValue();
  }

  @Test
  void theFirstReportHasNothingToCompareWithButTheReference() {
    Map<String, Number> first = report(signals(), 500, images(0.5));

    assertThat(first).containsOnlyKeys("image_spread", "image_noise", "image_overflow");
    assertThat(value(first, "image_spread")).isEqualTo(1);
    assertThat(value(first, "image_noise")).isZero();
    assertThat(value(first, "image_overflow")).isZero();
  }

  @Test
  void theChangeIsInGreyLevelsForAThousandImages() {
    ImageSignals signals = signals();
    report(signals, 1000, images(0));

    // Half of the pixels move by 51 grey levels, in 2,000 images.
    Map<String, Number> second = report(signals, 3000, images(0.4));

    assertThat(value(second, "image_change")).isCloseTo(51 / Math.sqrt(2) / 2, within(0.2));
  }

  @Test
  void aResumedRunFindsTheReportBeforeInItsFolder() {
    report(signals(), 1000, images(0));
    Map<String, Number> before = report(signals(), 2000, images(0.4));

    Map<String, Number> again = report(signals(), 2000, images(0.4));

    assertThat(again).isEqualTo(before).containsKey("image_change");
  }

  @Test
  void imagesThatAreAllAlikeHaveNoSpread() {
    assertThat(value(report(signals(), 1000, images(0)), "image_spread")).isZero();
  }

  @Test
  void noiseIsNoise() {
    UniformDraws draws = new UniformDraws(3, 0);
    float[] noise = new float[GRID.count() * SHAPE.elements()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (2 * draws.uniform(i) - 1);
    }

    assertThat(value(report(signals(), 1000, noise), "image_noise")).isCloseTo(1, within(0.15));
  }

  @Test
  void valuesOutsideTheRangeAndNoNumbersOverflow() {
    assertThat(ImageSignals.overflow(new float[] {1, -1.2f, 1.3f, -9, Float.NaN})).isEqualTo(0.6);
  }

  @Test
  void theReferenceSamplesAreDrawnOnce() throws IOException {
    signals();
    byte[] drawn = Files.readAllBytes(path.resolve("reference-samples.png"));

    new ImageSignals(
        folder,
        GRID,
        SHAPE,
        () -> {
          throw new AssertionError("drawn again");
        });

    assertThat(path.resolve("reference-samples.png")).hasBinaryContent(drawn);
  }

  @Test
  void aDamagedGridCostsTheSignalAndNotTheRun() throws IOException {
    ImageSignals signals = signals();
    report(signals, 1000, images(0));
    Files.write(folder.samples(1000), new byte[] {1, 2, 3});

    assertThat(report(signals, 2000, images(0.4))).doesNotContainKey("image_change").hasSize(3);
  }
}

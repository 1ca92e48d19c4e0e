package retort.trainer.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.ImageShape;
import retort.trainer.distill.RunFolder;

/**
 * Signals read off the samples of a report, all from files of the run's folder, so that a resumed
 * run goes on with the same numbers:
 *
 * <ul>
 *   <li>{@code image_change}: how far the images moved since the last report, as a root mean square
 *       in grey levels for 1,000 images shown.
 *   <li>{@code image_spread}: how far images of one label are apart, over the same of the reference
 *       samples: 1 as there, 0 when all are alike.
 *   <li>{@code image_noise}: how rough the images are: 0 like the reference samples, 1 white noise,
 *       negative when smoother.
 *   <li>{@code image_overflow}: the share of values that are outside [-1.25, 1.25].
 * </ul>
 *
 * <p>The reference samples are the teacher's on the same noise, or real images of the same labels.
 */
public final class ImageSignals {
  private static final Logger LOG = LoggerFactory.getLogger(ImageSignals.class);
  private static final float OVERFLOW = 1.25f;
  private static final double PER_IMAGES = 1000;

  /** Images that are nearly noise themselves leave no way to see noise. */
  private static final double ROUGH = 0.8;

  private final RunFolder folder;
  private final SampleGrid grid;
  private final ImageShape shape;
  private final Optional<GridLevels> reference;

  /**
   * Signals of a run.
   *
   * @param reference makes the reference samples [n, C, H, W], where the folder has none yet
   */
  public ImageSignals(
      RunFolder folder, SampleGrid grid, ImageShape shape, Supplier<float[]> reference) {
    this.folder = folder;
    this.grid = grid;
    this.shape = shape;
    Path file = folder.resolve(RunFolder.REFERENCE_SAMPLES);
    if (!Files.exists(file)) {
      float[] images = reference.get();
      folder.write(RunFolder.REFERENCE_SAMPLES, path -> grid.write(path, images, shape));
    }
    this.reference = levels(file);
  }

  /**
   * The signals of a report.
   *
   * @param images [n, C, H, W] of the grid, which lies in the folder already
   * @param position images shown so far
   */
  public Map<String, Number> of(float[] images, long position) {
    Map<String, Number> signals = new LinkedHashMap<>();
    levels(folder.samples(position))
        .ifPresent(
            now -> {
              putChange(signals, now, position);
              reference.ifPresent(r -> putComparison(signals, now, r));
            });
    signals.put("image_overflow", overflow(images));
    return signals;
  }

  private void putChange(Map<String, Number> signals, GridLevels now, long position) {
    OptionalLong before = folder.sampledBefore(position);
    if (before.isPresent()) {
      double shown = (position - before.getAsLong()) / PER_IMAGES;
      levels(folder.samples(before.getAsLong()))
          .ifPresent(then -> signals.put("image_change", now.distance(then) / shown));
    }
  }

  private static void putComparison(Map<String, Number> signals, GridLevels now, GridLevels then) {
    if (then.spread() > 0) {
      signals.put("image_spread", now.spread() / then.spread());
    }
    if (then.roughness() < ROUGH) {
      signals.put("image_noise", (now.roughness() - then.roughness()) / (1 - then.roughness()));
    }
  }

  /** The share of values far from the range of images, those that are no numbers included. */
  static double overflow(float[] images) {
    int outside = 0;
    for (float value : images) {
      if (!(Math.abs(value) <= OVERFLOW)) {
        outside++;
      }
    }
    return (double) outside / images.length;
  }

  /** What a grid shows; a damaged one costs a signal and no more. */
  private Optional<GridLevels> levels(Path file) {
    try {
      return Optional.of(new GridLevels(grid.read(file, shape), shape, grid.columns()));
    } catch (IOException e) {
      LOG.warn("{}: cannot be compared with: {}", file, e.getMessage());
      return Optional.empty();
    }
  }
}

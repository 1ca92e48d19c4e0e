package retort.trainer.evaluate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.file.FileDigest;
import retort.statistics.FeatureRows;
import retort.statistics.NpyException;
import retort.trainer.data.DataException;
import retort.trainer.engine.Torch;

/**
 * A network that turns images into features, in whose space sets of images are compared. A file is
 * one of
 *
 * <ul>
 *   <li>ONNX with an input {@code image} float32 [N, C, H, W] in [-1, 1] and an output {@code
 *       features} [N, F], and perhaps {@code logits} [N, K], which say how images would be
 *       labelled;
 *   <li>TorchScript, told by its content, whose {@code forward} takes uint8 [N, 3, H, W] and a
 *       truth value {@code return_features}, and perhaps one {@code no_output_bias} for logits, as
 *       the published Inception network does;
 *   <li>TorchScript whose {@code forward(x)} returns features [N, F], or those and logits [N, K].
 * </ul>
 *
 * <p>Images are first rounded to grey levels as a viewer would see them, and grey images get three
 * equal channels for a network of colour images. The thread that owns the engine calls it.
 */
public final class FeatureNetwork {
  private static final int BATCH = 250;
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private final Extractor extractor;
  private final Path file;
  private final String digest;
  private final ImageShape images;
  private final int dimension;
  private final int classes;

  private FeatureNetwork(Extractor extractor, Path file, String digest, ImageShape images) {
    this.extractor = extractor;
    this.file = file;
    this.digest = digest;
    this.images = images;
    requireFit();
    FeatureBatch probe = of(new float[images.elements()], 0);
    this.dimension = probe.features().dimension();
    this.classes = probe.logits().map(FeatureRows::dimension).orElse(0);
  }

  /** Reads the feature network of images, of which its file tells all. */
  public static FeatureNetwork read(Torch torch, Path file, ImageShape images) {
    return read(torch, file, images, FeatureInput.OF_THE_FILE, true);
  }

  /**
   * Reads a feature network, and shows it an image.
   *
   * @param images shape of the images it is going to be shown
   * @param input what its file does not say
   * @param logits whether they are wanted; a network may take twice the time for them
   * @throws retort.onnx.OnnxException when the file cannot be read, or is no feature network
   * @throws retort.trainer.torchscript.TorchScriptException the same of TorchScript
   * @throws IllegalArgumentException when it takes other images
   */
  public static FeatureNetwork read(
      Torch torch, Path file, ImageShape images, FeatureInput input, boolean logits) {
    boolean script = isArchive(file);
    if (!script && (input.range().isPresent() || input.channels().isPresent())) {
      throw new IllegalArgumentException(
          (input.range().isPresent() ? "--feature-range" : "--feature-channels")
              + " is given but "
              + file
              + " is no TorchScript; ONNX says itself what it takes, so leave the flag out");
    }
    Extractor extractor =
        script
            ? ScriptExtractor.read(torch, file, images, input, logits)
            : GraphExtractor.read(torch, file);
    return new FeatureNetwork(extractor, file, FileDigest.of(file), images);
  }

  /** TorchScript is a zip archive, whatever its name. */
  private static boolean isArchive(Path file) {
    if (!Files.isRegularFile(file)) {
      return false; // The reader of the other kind says what is wrong.
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read (" + e + ")", e);
    }
  }

  private void requireFit() {
    ImageShape taken = extractor.shape();
    boolean sameSize = taken.height() == images.height() && taken.width() == images.width();
    if (!sameSize || (taken.channels() != images.channels() && !tripled())) {
      throw new IllegalArgumentException(
          file
              + ": takes images "
              + taken
              + " but those to be judged are "
              + images
              + "; pass a feature network for these images");
    }
  }

  private boolean tripled() {
    return images.channels() == 1 && extractor.shape().channels() == 3;
  }

  /** SHA-256 of its file. */
  public String digest() {
    return digest;
  }

  /** The number of features, F. */
  public int dimension() {
    return dimension;
  }

  /** The number of logits, K; 0 where there are none. */
  public int classes() {
    return classes;
  }

  /** Whether its logits are of the labels that images have. */
  boolean labelsImages() {
    return classes > 0 && extractor.labelsImages();
  }

  /**
   * Refuses statistics of other features than this network's; {@code reference} stands in the
   * message.
   *
   * @throws NpyException when the numbers of features differ, or the file names another network
   */
  public void require(ReferenceStatistics statistics, Path reference) {
    if (statistics.moments().dimension() != dimension) {
      throw new NpyException(
          reference
              + ": holds statistics of "
              + statistics.moments().dimension()
              + " features but the network has "
              + dimension
              + "; pass statistics under the same network");
    }
    if (!statistics.network().orElse(digest).equals(digest)) {
      throw new NpyException(
          "%s: holds statistics under another network (SHA-256 %.12s...) than %s (%.12s...); pass statistics under the same network, or make them with 'retort evaluate --write-reference'"
              .formatted(reference, statistics.network().orElseThrow(), file, digest));
    }
  }

  /**
   * Computes features.
   *
   * @param values images [n, C, H, W] in [-1, 1]; values outside are clipped
   * @param first the number of the first image, for errors
   * @throws DataException when a value is no number
   */
  FeatureBatch of(float[] values, int first) {
    int size = images.elements();
    int count = values.length / size;
    List<FeatureBatch> parts = new ArrayList<>();
    byte[] levels = GreyLevels.of(values, size, first);
    for (int from = 0; from < count; from += BATCH) {
      int n = Math.min(BATCH, count - from);
      byte[] part = Arrays.copyOfRange(levels, from * size, (from + n) * size);
      parts.add(extractor.extract(tripled() ? GreyLevels.tripled(part, images) : part, n));
    }
    return FeatureBatch.join(parts);
  }
}

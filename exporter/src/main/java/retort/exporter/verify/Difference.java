package retort.exporter.verify;

import java.util.Optional;
import retort.denoiser.ReferenceSamples;
import retort.graph.Tensor;

/**
 * The largest difference between two ways of making the reference samples.
 *
 * @param value absolute, in the units of the images compared; infinite where one has NaN
 * @param sample which sample it is in, from 0
 * @param seed of that sample
 * @param label of that sample, where it has one
 */
public record Difference(double value, int sample, long seed, Optional<Integer> label) {

  /**
   * Images against stored ones. What the stored ones lost when they were rounded to float16 is no
   * difference.
   *
   * @param images [n, C, H, W] in [-1, 1]
   */
  static Difference between(float[] images, ReferenceSamples samples) {
    float[] stored = samples.images().floats();
    double[] differences = new double[stored.length];
    for (int i = 0; i < stored.length; i++) {
      differences[i] = Math.max(0, Math.abs((double) images[i] - stored[i]) - halfUnit(stored[i]));
    }
    return worst(differences, samples);
  }

  /**
   * Grey levels against what the float images come to.
   *
   * @param levels uint8 [n, H, W, C]
   * @param images [n, C, H, W] in [-1, 1]
   */
  static Difference inLevels(byte[] levels, float[] images, ReferenceSamples samples) {
    Tensor like = samples.images();
    int channels = like.dim(1);
    int pixels = like.dim(2) * like.dim(3);
    double[] differences = new double[images.length];
    for (int i = 0; i < images.length; i++) {
      int channel = i / pixels % channels;
      int image = i / pixels / channels;
      int level = levels[(image * pixels + i % pixels) * channels + channel] & 0xFF;
      differences[i] = Math.abs(level - level(images[i]));
    }
    return worst(differences, samples);
  }

  /** The grey level of a value in [-1, 1], as the wire defines it. */
  private static int level(float value) {
    return (int) Math.max(0, Math.min(255, value * 127.5f + 128));
  }

  /** Half a unit in the last place of a float16. */
  private static double halfUnit(float value) {
    return Math.scalb(1.0, Math.max(Math.getExponent(value), -14) - 11);
  }

  private static Difference worst(double[] differences, ReferenceSamples samples) {
    int worst = 0;
    for (int i = 0; i < differences.length; i++) {
      if (Double.isNaN(differences[i])) {
        differences[i] = Double.POSITIVE_INFINITY;
      }
      worst = differences[i] > differences[worst] ? i : worst;
    }
    int sample = worst / (differences.length / samples.seeds().size());
    return new Difference(
        differences[worst],
        sample,
        samples.seeds().get(sample),
        samples.labels().isEmpty() ? Optional.empty() : Optional.of(samples.labels().get(sample)));
  }

  /** Which sample it is in, for messages. */
  String where() {
    return "sample "
        + sample
        + " (seed "
        + seed
        + label.map(number -> ", label " + number).orElse("")
        + ")";
  }
}

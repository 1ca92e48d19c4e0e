package retort.trainer.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.denoiser.ImageShape;

/**
 * Images as they are made. Image k has the seed {@code firstSeed + k} and the label {@code k mod
 * K}.
 */
public final class GeneratedImages implements ImageSet {
  private static final int PART = 250;

  private final ImageSource source;
  private final int labelCount;
  private final long firstSeed;
  private final int count;
  private final Map<String, String> origin;

  /**
   * Images that are not made yet.
   *
   * @param source makes them
   * @param labelCount K, 0 for none
   * @param origin how the source makes them, seeds apart
   * @param firstSeed of the first image
   * @param count how many to make
   */
  public GeneratedImages(
      ImageSource source, int labelCount, Map<String, String> origin, long firstSeed, int count) {
    this.source = source;
    this.labelCount = labelCount;
    this.firstSeed = firstSeed;
    this.count = count;
    this.origin = new LinkedHashMap<>(origin);
    this.origin.put("seeds", firstSeed + ".." + (firstSeed + count - 1));
  }

  @Override
  public ImageShape shape() {
    return source.shape();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public Map<String, String> origin() {
    return origin;
  }

  @Override
  public void read(int first, Sink sink) {
    boolean wanted = true;
    for (int from = first; from < count && wanted; from += PART) {
      int n = Math.min(PART, count - from);
      long[] seeds = new long[n];
      int[] labels = new int[labelCount == 0 ? 0 : n];
      for (int i = 0; i < n; i++) {
        seeds[i] = firstSeed + from + i;
        if (labelCount > 0) {
          labels[i] = (from + i) % labelCount;
        }
      }
      wanted = sink.accept(source.images(seeds, labels, labelCount), labels);
    }
  }
}

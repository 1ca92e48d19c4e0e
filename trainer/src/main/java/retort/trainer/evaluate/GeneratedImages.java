package retort.trainer.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.denoiser.ImageShape;

/**
 * Images as they are made. Image k has the seed {@code firstSeed + k} and the label {@code k mod
 * K}.
 *
 * @param source makes them
 * @param labelCount K, 0 for none
 * @param origin how the source makes them, and their seeds
 * @param firstSeed of the first image
 * @param count how many to make
 */
public record GeneratedImages(
    ImageSource source, int labelCount, Map<String, String> origin, long firstSeed, int count)
    implements ImageSet {
  /** Key of the first and the last seed in the origin, to which they are added. */
  public static final String SEEDS = "seeds";

  public GeneratedImages {
    origin = new LinkedHashMap<>(origin);
    origin.put(SEEDS, seeds(firstSeed, count));
  }

  /**
   * The first and the last of consecutive seeds.
   *
   * @throws IllegalArgumentException when the last is no number of 64 bits
   */
  static String seeds(long first, int count) {
    if (first > Long.MAX_VALUE - (count - 1)) {
      throw new IllegalArgumentException(
          "%d images from the seed %d on need seeds above %d; pass a lower --seed"
              .formatted(count, first, Long.MAX_VALUE));
    }
    return first + ".." + (first + count - 1);
  }

  @Override
  public ImageShape shape() {
    return source.shape();
  }

  @Override
  public void read(int first, Sink sink) {
    source.generate(firstSeed, first, count, labelCount, sink);
  }
}

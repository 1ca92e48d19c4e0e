package retort.trainer.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What an image set hands over, in one piece. */
final class Collected {
  private final List<float[]> images = new ArrayList<>();
  private final List<int[]> labels = new ArrayList<>();

  /** All of a set from an image on. */
  static Collected from(ImageSet set, int first) {
    return from(set, first, Integer.MAX_VALUE);
  }

  /** The same, but no more is wanted after so many parts. */
  static Collected from(ImageSet set, int first, int mostParts) {
    Collected collected = new Collected();
    set.read(
        first,
        (part, its) -> {
          collected.images.add(part);
          collected.labels.add(its);
          return collected.parts() < mostParts;
        });
    return collected;
  }

  int parts() {
    return images.size();
  }

  float[] images() {
    float[] all = new float[images.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : images) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  int[] labels() {
    return labels.stream().flatMapToInt(Arrays::stream).toArray();
  }
}

package retort.trainer.data;

import retort.noise.UniformDraws;

/**
 * The order in which training images are shown: every epoch shows each image once, shuffled anew.
 *
 * <p>The permutation of epoch e is a pure function of the draws and e: a Fisher-Yates shuffle whose
 * step i takes draw {@code e * size + i}. So the image at any place of the run is known without its
 * past, and a resumed run continues exactly.
 *
 * <p>Remembers the permutation of the epoch that was asked for last. Safe to share between threads,
 * which may then make the same permutation twice.
 */
public final class EpochOrder {

  private final int size;
  private final UniformDraws draws;
  private volatile Epoch last = new Epoch(-1, new int[0]);

  /** One epoch; nothing changes once it is here. */
  private static final class Epoch {
    private final long number;
    private final int[] permutation;

    Epoch(long number, int[] permutation) {
      this.number = number;
      this.permutation = permutation;
    }
  }

  /**
   * The order of {@code size} images.
   *
   * @param draws a row of draws that nothing else uses
   * @throws IllegalArgumentException when there is no image
   */
  public EpochOrder(int size, UniformDraws draws) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "size is " + size + " but an order needs at least one image");
    }
    this.size = size;
    this.draws = draws;
  }

  /**
   * The images at the places {@code firstImage} to {@code firstImage + count - 1} of the run, which
   * may lie in several epochs.
   *
   * @param firstImage how many images were shown before
   * @throws IllegalArgumentException when an argument is negative
   */
  public int[] indices(long firstImage, int count) {
    if (firstImage < 0 || count < 0) {
      throw new IllegalArgumentException(
          "images " + count + " from " + firstImage + " on are asked for: both count from 0");
    }
    int[] indices = new int[count];
    Epoch epoch = last;
    for (int i = 0; i < count; i++) {
      long place = firstImage + i;
      if (epoch.number != place / size) {
        epoch = shuffled(place / size);
      }
      indices[i] = epoch.permutation[(int) (place % size)];
    }
    last = epoch;
    return indices;
  }

  private Epoch shuffled(long number) {
    int[] permutation = new int[size];
    for (int i = 0; i < size; i++) {
      permutation[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int j = (int) draws.below(i + 1L, number * size + i);
      int swapped = permutation[i];
      permutation[i] = permutation[j];
      permutation[j] = swapped;
    }
    return new Epoch(number, permutation);
  }
}

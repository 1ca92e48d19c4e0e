package retort.noise;

import java.util.Objects;

/**
 * An endless row of standard normal float32 numbers that belongs to a seed and a stream.
 *
 * <p>Element {@code j} is lane {@code j % 4} of Philox block {@code j / 4}, passed through {@link
 * NormalQuantile} and rounded once to float32. Trainer, server and every client that follows {@code
 * docs/noise.md} get the same bits. The noise of an image {@code [C, H, W]} is the elements from 0
 * on in row-major order.
 *
 * <p>Immutable and safe to share between threads.
 *
 * @param seed any 64-bit value; its low word is key word 0, its high word key word 1
 * @param stream which of the seed's independent rows: 0 is a generator's input {@code noise}, k its
 *     input {@code noise_k}; a multi-step sampler uses stream k for its k-th step, counted from 1
 */
public record GaussianNoise(long seed, int stream) {

  /** The name of this algorithm in file metadata. */
  public static final String ALGORITHM = "philox4x32-10/as241";

  /** Counter word 3, which keeps these draws apart from {@link UniformDraws}. */
  static final int DOMAIN = 0;

  private static final int LANES = 4;

  /** The elements 0 to {@code count - 1}. */
  public float[] elements(int count) {
    if (count < 0) {
      throw new IllegalArgumentException(
          "count is " + count + " but must not be negative: ask for the elements of an image");
    }
    float[] elements = new float[count];
    fill(elements, 0, count, 0);
    return elements;
  }

  /**
   * Writes the elements {@code firstElement} to {@code firstElement + count - 1} to {@code into},
   * beginning at index {@code offset}.
   *
   * @throws IndexOutOfBoundsException when the range does not lie inside {@code into}
   * @throws IllegalArgumentException when {@code firstElement} is negative
   */
  public void fill(float[] into, int offset, int count, long firstElement) {
    Objects.checkFromIndexSize(offset, count, into.length);
    if (firstElement < 0) {
      throw new IllegalArgumentException(
          "firstElement is " + firstElement + " but elements are counted from 0");
    }
    int written = 0;
    while (written < count) {
      long element = firstElement + written;
      int[] words = block(element / LANES);
      for (int lane = (int) (element % LANES); lane < LANES && written < count; lane++) {
        into[offset + written] = (float) NormalQuantile.of(words[lane]);
        written++;
      }
    }
  }

  private int[] block(long block) {
    return Philox.words(
        (int) block, (int) (block >>> 32), stream, DOMAIN, (int) seed, (int) (seed >>> 32));
  }
}

package retort.noise;

/**
 * An endless row of uniform draws that belongs to a seed and a stream.
 *
 * <p>Draw {@code j} is a 64-bit word: words 0 and 1 (low and high) of Philox block {@code j / 2}
 * when {@code j} is even, words 2 and 3 when it is odd. Counter word 3 is 1, where {@link
 * GaussianNoise} has 0, so that both may be used with one seed and never share a word. A draw is
 * addressed by its index instead of taken from a moving state: a run that knows how many draws it
 * made resumes exactly. {@link #uniform}, {@link #below} and {@link #normal} of one index come from
 * the same word and are not independent; use each index once.
 *
 * <p>Immutable and safe to share between threads.
 *
 * @param seed any 64-bit value; its low word is key word 0, its high word key word 1
 * @param stream which of the seed's independent rows
 */
public record UniformDraws(long seed, int stream) {

  /** Counter word 3, which keeps these draws apart from {@link GaussianNoise}. */
  static final int DOMAIN = 1;

  /** Draw {@code index} as a number in [0, 1), a multiple of 2^-53. */
  public double uniform(long index) {
    return (word(index) >>> 11) * 0x1p-53;
  }

  /**
   * Draw {@code index} as an integer in [0, bound): the high 64 bits of its word times the bound.
   * No value is more likely than another by more than {@code bound / 2^64}, relatively.
   *
   * @throws IllegalArgumentException when {@code bound} is not positive
   */
  public long below(long bound, long index) {
    if (bound <= 0) {
      throw new IllegalArgumentException(
          "bound is " + bound + " but must be positive: draws lie in [0, bound)");
    }
    long word = word(index);
    long signedHigh = Math.multiplyHigh(word, bound);
    return word < 0 ? signedHigh + bound : signedHigh;
  }

  /** Draw {@code index} as a standard normal number, from the high 32 bits of its word. */
  public double normal(long index) {
    return NormalQuantile.of((int) (word(index) >>> 32));
  }

  private long word(long index) {
    if (index < 0) {
      throw new IllegalArgumentException("index is " + index + " but draws are counted from 0");
    }
    long block = index / 2;
    int[] words =
        Philox.words(
            (int) block, (int) (block >>> 32), stream, DOMAIN, (int) seed, (int) (seed >>> 32));
    int low = index % 2 == 0 ? 0 : 2;
    return Integer.toUnsignedLong(words[low]) | ((long) words[low + 1] << 32);
  }
}

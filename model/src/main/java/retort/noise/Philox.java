package retort.noise;

/**
 * The counter-based random function Philox4x32-10.
 *
 * <p>A counter of four 32-bit words is mixed with a key of two by ten rounds of multiplication and
 * exclusive or. There is no state: word {@code i} of any stream is one call away, so noise can be
 * produced in any order, in parallel, and by a program in another language.
 *
 * <p>Salmon, Moraes, Dror and Shaw, <em>Parallel random numbers: as easy as 1, 2, 3</em>, SC 2011.
 *
 * <p>A pure function, safe to call from any thread.
 */
public final class Philox {

  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int KEY_STEP_0 = 0x9E3779B9;
  private static final int KEY_STEP_1 = 0xBB67AE85;
  private static final long LOW_WORD = 0xFFFFFFFFL;

  private Philox() {}

  /**
   * The four words that belong to a counter {@code (c0, c1, c2, c3)} under a key {@code (k0, k1)}.
   * All words are unsigned 32-bit numbers in Java ints.
   */
  public static int[] words(int c0, int c1, int c2, int c3, int k0, int k1) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & LOW_WORD);
      long product1 = MULTIPLIER_1 * (c2 & LOW_WORD);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += KEY_STEP_0;
      k1 += KEY_STEP_1;
    }
    return new int[] {c0, c1, c2, c3};
  }
}

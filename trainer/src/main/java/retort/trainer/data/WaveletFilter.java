package retort.trainer.data;

/**
 * The low-pass filter of the symlet wavelet with six vanishing moments, sym6.
 *
 * <p>Its even shifts are orthonormal, so that {@link #upsample} followed by {@link #downsample} is
 * the identity, and together they keep a constant constant. Daubechies, <em>Ten lectures on
 * wavelets</em>, 1992, Table 8.1; used against aliasing by Karras et al., <em>Training generative
 * adversarial networks with limited data</em>, 2020, appendix B.
 */
final class WaveletFilter {

  /** Coarse samples that the filter reaches beyond a place, to either side. */
  static final int HALF_REACH = 3;

  private static final double[] TAPS = {
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148
  };

  /** The tap that a fine sample at twice the coarse place meets. */
  private static final int CENTRE = 5;

  private WaveletFilter() {}

  /**
   * Fine sample {@code place} of {@code count} coarse samples, zeros around them; the fine samples
   * are twice as many.
   *
   * @param at index of coarse sample 0 in {@code coarse}
   * @param stride from one coarse sample to the next
   */
  static double upsample(float[] coarse, int at, int stride, int count, int place) {
    double sum = 0;
    int first = Math.max(0, Math.floorDiv(place - HALF_REACH * 2 + 1, 2));
    int last = Math.min(count - 1, (place + CENTRE) / 2);
    for (int i = first; i <= last; i++) {
      sum += coarse[at + i * stride] * TAPS[place + CENTRE - 2 * i];
    }
    return sum;
  }

  /**
   * Coarse sample {@code place} of {@code count} fine samples, zeros around them.
   *
   * @param at index of fine sample 0 in {@code fine}
   * @param stride from one fine sample to the next
   */
  static double downsample(float[] fine, int at, int stride, int count, int place) {
    double sum = 0;
    int from = 2 * place - CENTRE;
    for (int tap = Math.max(0, -from); tap < TAPS.length && from + tap < count; tap++) {
      sum += fine[at + (from + tap) * stride] * TAPS[tap];
    }
    return sum;
  }
}

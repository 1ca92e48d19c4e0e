package retort.noise;

/**
 * A uniform 32-bit word turned into a standard normal number, with the same bits everywhere.
 *
 * <p>The word {@code w} stands for the probability {@code p = (w + 1/2) / 2^32}, and the result is
 * the normal quantile of {@code p} by the rational approximations of AS 241, whose error is below
 * that of float64 rounding times a small constant. Only {@code + - * / sqrt} in float64 are used,
 * in the order written here and in {@code docs/noise.md}: IEEE 754 rounds each of them in one way,
 * so no mathematics library can make two machines differ. No multiplication may be fused with an
 * addition.
 *
 * <p>The tail needs {@code -ln p}. Since {@code p} is an odd integer over {@code 2^33}, it is
 * exactly {@code m * 2^e} with {@code m} in {@code [sqrt(1/2), sqrt(2))}, and {@code ln m} is
 * twelve terms of {@code 2 atanh((m - 1) / (m + 1))}. As {@code p} is at least {@code 2^-33}, the
 * argument {@code sqrt(-ln p)} stays below 4.79: the far-tail formula of AS 241, for 5 and above,
 * is never reached.
 *
 * <p>Wichura, <em>Algorithm AS 241: the percentage points of the normal distribution</em>, Applied
 * Statistics 37 (1988), routine PPND16.
 *
 * <p>Pure functions, safe to call from any thread.
 */
public final class NormalQuantile {

  private static final double TWO_TO_MINUS_32 = 0x1p-32;
  private static final double LN_2 = 0.6931471805599453;
  private static final double SQRT_2 = 1.4142135623730951;

  private static final double CENTRE_HALF_WIDTH = 0.425;
  private static final double CENTRE_SHIFT = 0.180625;
  private static final double TAIL_SHIFT = 1.6;

  private static final double[] CENTRE_NUMERATOR = {
    3.3871328727963665,
    133.14166789178438,
    1971.5909503065513,
    13731.69376550946,
    45921.95393154987,
    67265.7709270087,
    33430.57558358813,
    2509.0809287301227
  };
  private static final double[] CENTRE_DENOMINATOR = {
    1.0,
    42.31333070160091,
    687.1870074920579,
    5394.196021424751,
    21213.794301586597,
    39307.89580009271,
    28729.085735721943,
    5226.495278852854
  };
  private static final double[] TAIL_NUMERATOR = {
    1.4234371107496835,
    4.630337846156546,
    5.769497221460691,
    3.6478483247632045,
    1.2704582524523684,
    0.2417807251774506,
    0.022723844989269184,
    7.745450142783414E-4
  };
  private static final double[] TAIL_DENOMINATOR = {
    1.0,
    2.053191626637759,
    1.6763848301838038,
    0.6897673349851,
    0.14810397642748008,
    0.015198666563616457,
    5.475938084995345E-4,
    1.0507500716444169E-9
  };

  /** Coefficient k of atanh(s) / s as a series in s squared: the float64 quotient 1 / (2k + 1). */
  private static final double[] ATANH_SERIES = {
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
    1.0 / 23.0
  };

  private NormalQuantile() {}

  /**
   * The standard normal quantile of {@code (word + 1/2) / 2^32}, {@code word} read as unsigned. The
   * result lies within (-6.4, 6.4), and {@code of(~word) == -of(word)} exactly.
   */
  public static double of(int word) {
    double q = (Integer.toUnsignedLong(word) + 0.5) * TWO_TO_MINUS_32 - 0.5;
    if (Math.abs(q) <= CENTRE_HALF_WIDTH) {
      double r = CENTRE_SHIFT - q * q;
      return q * polynomial(CENTRE_NUMERATOR, r) / polynomial(CENTRE_DENOMINATOR, r);
    }
    int tailWord = q < 0 ? word : ~word;
    double r = Math.sqrt(minusLogOfProbability(tailWord)) - TAIL_SHIFT;
    double magnitude = polynomial(TAIL_NUMERATOR, r) / polynomial(TAIL_DENOMINATOR, r);
    return q < 0 ? -magnitude : magnitude;
  }

  /** Minus the natural logarithm of {@code (word + 1/2) / 2^32}. */
  static double minusLogOfProbability(int word) {
    long numerator = 2 * Integer.toUnsignedLong(word) + 1;
    int exponent = 63 - Long.numberOfLeadingZeros(numerator);
    double m = (double) numerator / (double) (1L << exponent);
    if (m >= SQRT_2) {
      m = m * 0.5;
      exponent = exponent + 1;
    }
    double s = (m - 1.0) / (m + 1.0);
    double logOfM = 2.0 * s * polynomial(ATANH_SERIES, s * s);
    return (33 - exponent) * LN_2 - logOfM;
  }

  /** Horner's rule, from the last coefficient to the first. */
  private static double polynomial(double[] coefficients, double x) {
    double sum = coefficients[coefficients.length - 1];
    for (int k = coefficients.length - 2; k >= 0; k--) {
      sum = sum * x + coefficients[k];
    }
    return sum;
  }
}

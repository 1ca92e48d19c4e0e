package retort.statistics;

/** The 16-bit floating-point format of IEEE 754. */
final class Float16 {

  private static final int FRACTION_BITS = 10;
  private static final int FRACTION_MASK = (1 << FRACTION_BITS) - 1;
  private static final int EXPONENT_MASK = 0x1F;

  private Float16() {}

  /** The float32 number with exactly the value of these bits; infinities and NaN are kept. */
  static float toFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> FRACTION_BITS) & EXPONENT_MASK;
    int fraction = bits & FRACTION_MASK;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wideExponent = exponent == EXPONENT_MASK ? 0xFF : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wideExponent << 23) | (fraction << (23 - FRACTION_BITS)));
  }
}

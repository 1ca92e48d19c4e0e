package retort.graph;

/** 16-bit floating point numbers as bits. Rounding is to nearest, ties to even. */
public final class HalfPrecision {
  private HalfPrecision() {}

  /** The number that 16 bits stand for. */
  public static double toDouble(DataType type, short bits) {
    return type == DataType.BFLOAT16 ? Float.intBitsToFloat(bits << 16) : float16(bits & 0xffff);
  }

  private static double float16(int bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((double) fraction, -24);
    } else {
      magnitude = Math.scalb(1.0 + fraction / 1024.0, exponent - 15);
    }
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  /** The upper half of a float, rounded. */
  public static short toBfloat16(float value) {
    int bits = Float.floatToIntBits(value);
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }

  /** The nearest IEEE half-precision number; infinity beyond its range. */
  public static short toFloat16(float value) {
    int sign = Float.floatToIntBits(value) >>> 16 & 0x8000;
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    double magnitude = Math.abs((double) value);
    if (magnitude >= 65520) {
      return (short) (sign | 0x7c00);
    }
    int exponent = Math.max(Math.getExponent(magnitude), -14);
    long units = (long) Math.rint(Math.scalb(magnitude, 10 - exponent));
    // A carry out of the fraction lands in the exponent, where it belongs; so does the leading
    // one of a normal number, for which the exponent is counted from one less.
    return (short) (sign | (int) (((exponent + 14L) << 10) + units));
  }
}

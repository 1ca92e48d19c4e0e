package retort.clients.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A seed as a user types it. Seeds are 64 bits: -1 and 18446744073709551615 are the same one, told
 * back as it was typed.
 *
 * @param bits what travels
 * @param signed whether it was typed with a sign
 */
record Seed(long bits, boolean signed) {
  static final Seed ZERO = new Seed(0, false);

  /** For picocli. */
  static final class Converter implements ITypeConverter<Seed> {
    @Override
    public Seed convert(String text) {
      try {
        boolean signed = text.startsWith("-");
        return new Seed(signed ? Long.parseLong(text) : Long.parseUnsignedLong(text), signed);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'"
                + text
                + "' is no seed; a seed is a whole number from -9223372036854775808 to"
                + " 18446744073709551615");
      }
    }
  }

  /** The seed so many after this, after the last one the first. */
  Seed plus(int count) {
    return new Seed(bits + count, signed);
  }

  @Override
  public String toString() {
    return signed ? Long.toString(bits) : Long.toUnsignedString(bits);
  }
}

package retort.graph;

import java.util.Locale;

/** Conversion between element types. Real types share one representation, so none rounds here. */
final class Casting {
  private Casting() {}

  /** To the type that the attribute {@code to} names. */
  static Rule byAttribute() {
    return new SingleResult(
        site -> TensorType.of(target(site.attributes()), site.shape(0)),
        (site, type) -> cast(site.value(0), type.type()),
        s -> script(s, target(s.attributes())));
  }

  /** To the type of the second operand. */
  static Rule byExample() {
    return new SingleResult(
        site -> TensorType.of(site.type(1), site.shape(0)),
        (site, type) -> cast(site.value(0), type.type()),
        s -> script(s, s.site().type(1)));
  }

  private static DataType target(Attributes attributes) {
    return DataType.ofOnnxCode(Math.toIntExact(attributes.integer("to", 0)));
  }

  private static String script(ScriptSite s, DataType type) {
    return TorchText.call("to", s.in(0), TorchText.dtype(type));
  }

  /** The values under another type: truncated towards zero, wrapped, or compared with zero. */
  static Tensor cast(Tensor x, DataType type) {
    if (type.isFloating()) {
      return Tensor.reals(type, x.shape(), x.reals());
    }
    long[] values = new long[x.elements()];
    if (type == DataType.BOOL && x.type().isFloating()) {
      double[] from = x.reals();
      for (int i = 0; i < values.length; i++) {
        values[i] = from[i] == 0 ? 0 : 1;
      }
    } else {
      long[] from = x.integers();
      for (int i = 0; i < values.length; i++) {
        values[i] = wrapped(type, from[i]);
      }
    }
    return Tensor.integers(type, x.shape(), values);
  }

  /** What remains of an integer in a type that may be narrower. */
  static long wrapped(DataType type, long value) {
    return switch (type) {
      case UINT8 -> value & 0xff;
      case INT8 -> (byte) value;
      case INT16 -> (short) value;
      case INT32 -> (int) value;
      case INT64 -> value;
      case BOOL -> value == 0 ? 0 : 1;
      default ->
          throw new IllegalArgumentException(
              type.name().toLowerCase(Locale.ROOT) + " holds real numbers");
    };
  }
}

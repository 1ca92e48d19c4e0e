package retort.server.oip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import retort.inference.InferTensorContents;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;

/** An input whose elements come in the list of their type. */
final class TypedContents {
  private final InferTensorContents contents;
  private final TensorSpec spec;
  private final String model;

  /**
   * Checks that no other list is used.
   *
   * @throws io.grpc.StatusRuntimeException when one is, or the type has none
   */
  TypedContents(InferTensorContents contents, TensorSpec spec, String model) {
    this.contents = contents;
    this.spec = spec;
    this.model = model;
    requireOnly(contents.getBoolContentsCount(), "BOOL", spec.type() == ElementType.BOOL);
    requireOnly(contents.getIntContentsCount(), "INT8, INT16 or INT32", smallSigned());
    requireOnly(contents.getInt64ContentsCount(), "INT64", spec.type() == ElementType.INT64);
    requireOnly(contents.getUintContentsCount(), "UINT8, UINT16 or UINT32", smallUnsigned());
    requireOnly(contents.getUint64ContentsCount(), "UINT64", spec.type() == ElementType.UINT64);
    requireOnly(contents.getFp32ContentsCount(), "FP32", spec.type() == ElementType.FP32);
    requireOnly(contents.getFp64ContentsCount(), "FP64", spec.type() == ElementType.FP64);
    requireOnly(contents.getBytesContentsCount(), "BYTES", spec.type() == ElementType.STRING);
  }

  private boolean smallSigned() {
    return switch (spec.type()) {
      case INT8, INT16, INT32 -> true;
      default -> false;
    };
  }

  private boolean smallUnsigned() {
    return switch (spec.type()) {
      case UINT8, UINT16, UINT32 -> true;
      default -> false;
    };
  }

  private void requireOnly(int count, String type, boolean right) {
    if (count > 0 && !right) {
      throw Refusals.invalid(
          "unexpected explicit tensor data for input tensor "
              + input()
              + " of type '"
              + Datatype.name(spec.type())
              + "', expected datatype '"
              + type
              + "'");
    }
  }

  private String input() {
    return "'" + spec.name() + "' for model '" + model + "'";
  }

  List<String> texts() {
    RawTexts.requireCount(contents.getBytesContentsCount(), input());
    List<String> texts = new ArrayList<>(contents.getBytesContentsCount());
    contents.getBytesContentsList().forEach(text -> texts.add(RawTexts.text(text, input())));
    return texts;
  }

  /** The elements as they would travel raw. */
  ByteBuffer bytes() {
    return switch (spec.type()) {
      case BOOL -> bools();
      case INT8, INT16, INT32 -> signed();
      case UINT8, UINT16, UINT32 -> unsigned();
      case INT64 -> longs(contents.getInt64ContentsList());
      case UINT64 -> longs(contents.getUint64ContentsList());
      case FP32 -> floats();
      case FP64 -> doubles();
      case FP16, BF16, STRING ->
          throw Refusals.invalid(
              "input "
                  + input()
                  + " is of type '"
                  + Datatype.name(spec.type())
                  + "', which has no explicit tensor data; use raw_input_contents");
    };
  }

  private ByteBuffer room(int count) {
    return ByteBuffer.allocate(Math.multiplyExact(count, spec.type().bytes()))
        .order(ByteOrder.nativeOrder());
  }

  private ByteBuffer bools() {
    ByteBuffer bytes = room(contents.getBoolContentsCount());
    contents.getBoolContentsList().forEach(value -> bytes.put((byte) (value ? 1 : 0)));
    return bytes.flip();
  }

  private ByteBuffer signed() {
    ByteBuffer bytes = room(contents.getIntContentsCount());
    int bits = 8 * spec.type().bytes();
    for (int i = 0; i < contents.getIntContentsCount(); i++) {
      int value = contents.getIntContents(i);
      if (value != value << (32 - bits) >> (32 - bits)) {
        throw outOfRange(Integer.toString(value));
      }
      put(bytes, value);
    }
    return bytes.flip();
  }

  private ByteBuffer unsigned() {
    ByteBuffer bytes = room(contents.getUintContentsCount());
    int bits = 8 * spec.type().bytes();
    for (int i = 0; i < contents.getUintContentsCount(); i++) {
      int value = contents.getUintContents(i);
      if (value != value << (32 - bits) >>> (32 - bits)) {
        throw outOfRange(Integer.toUnsignedString(value));
      }
      put(bytes, value);
    }
    return bytes.flip();
  }

  private RuntimeException outOfRange(String value) {
    return Refusals.invalid(
        "input " + input() + " has the value " + value + ", which is no " + spec.type());
  }

  private void put(ByteBuffer bytes, int value) {
    switch (spec.type().bytes()) {
      case 1 -> bytes.put((byte) value);
      case 2 -> bytes.putShort((short) value);
      default -> bytes.putInt(value);
    }
  }

  private ByteBuffer longs(List<Long> values) {
    ByteBuffer bytes = room(values.size());
    values.forEach(bytes::putLong);
    return bytes.flip();
  }

  private ByteBuffer floats() {
    ByteBuffer bytes = room(contents.getFp32ContentsCount());
    contents.getFp32ContentsList().forEach(bytes::putFloat);
    return bytes.flip();
  }

  private ByteBuffer doubles() {
    ByteBuffer bytes = room(contents.getFp64ContentsCount());
    contents.getFp64ContentsList().forEach(bytes::putDouble);
    return bytes.flip();
  }
}

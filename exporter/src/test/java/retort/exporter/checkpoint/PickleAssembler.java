package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes the instructions of a pickle one by one, good or bad. */
final class PickleAssembler {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Instructions without arguments, or any bytes, one for each character. */
  PickleAssembler raw(String instructions) {
    bytes.writeBytes(instructions.getBytes(ISO_8859_1));
    return this;
  }

  /** The same instructions many times. */
  PickleAssembler repeated(String instructions, int times) {
    byte[] once = instructions.getBytes(ISO_8859_1);
    for (int i = 0; i < times; i++) {
      bytes.writeBytes(once);
    }
    return this;
  }

  PickleAssembler text(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    return raw("X").i32(utf8.length).bytes(utf8);
  }

  PickleAssembler global(String module, String name) {
    return raw("c" + module + "\n" + name + "\n");
  }

  PickleAssembler integer(int value) {
    return raw("J").i32(value);
  }

  PickleAssembler blob(byte[] content) {
    return raw("B").i32(content.length).bytes(content);
  }

  PickleAssembler i32(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      bytes.write(value >> shift);
    }
    return this;
  }

  PickleAssembler i64(long value) {
    return i32((int) value).i32((int) (value >> Integer.SIZE));
  }

  PickleAssembler bytes(byte[] content) {
    bytes.writeBytes(content);
    return this;
  }

  byte[] done() {
    return bytes.toByteArray();
  }

  /** The start of any pickle of protocol 2. */
  static PickleAssembler protocol2() {
    return new PickleAssembler().raw("\u0080\u0002");
  }

  /** A storage as it lies within another pickle: a file of the old form. */
  static byte[] storage(float... values) {
    PickleAssembler file = protocol2().raw("\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.");
    file.raw("\u0080\u0002M\u00e9\u0003.\u0080\u0002}.");
    file.raw("\u0080\u0002(").text("storage").global("torch", "FloatStorage").text("0").text("cpu");
    file.integer(values.length).raw("NtQ.\u0080\u0002]").text("0").raw("a.");
    file.i64(values.length);
    for (float value : values) {
      file.i32(Float.floatToIntBits(value));
    }
    return file.done();
  }

  /** Calls PyTorch for a tensor over a storage of its own; leaves it on the stack. */
  PickleAssembler tensor(byte[] storage, long offset, int[] shape, long[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").raw("(");
    global("torch.storage", "_load_from_bytes").blob(storage).raw("\u0085R");
    raw("\u008a\b").i64(offset).raw("(");
    for (int size : shape) {
      integer(size);
    }
    raw("t(");
    for (long stride : strides) {
      raw("\u008a\b").i64(stride);
    }
    return raw("t\u0089NtR");
  }

  /** A state dictionary of one tensor. */
  static byte[] stateDictionary(byte[] storage, long offset, int[] shape, long... strides) {
    return protocol2().raw("}").text("w").tensor(storage, offset, shape, strides).raw("s.").done();
  }
}

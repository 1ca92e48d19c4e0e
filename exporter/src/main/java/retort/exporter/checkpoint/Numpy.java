package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.exporter.checkpoint.Pickled.Blob;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;
import retort.exporter.checkpoint.Pickled.Maker;

/**
 * NumPy's arrays and numbers in pickles, which stay inert until somebody looks for their values.
 */
final class Numpy {
  private static final String ARRAY = "numpy.ndarray";
  private static final String FROM_BUFFER = "numpy.core.numeric._frombuffer";
  private static final String SCALAR = "numpy.core.multiarray.scalar";
  private static final String TYPE = "numpy.dtype";

  private Numpy() {}

  static Map<String, Maker> makers() {
    Map<String, Maker> makers = new HashMap<>();
    makers.put("numpy.core.multiarray._reconstruct", Globals.inert(ARRAY));
    for (String inert : List.of(ARRAY, FROM_BUFFER, SCALAR, TYPE)) {
      makers.put(inert, Globals.inert(inert));
    }
    return makers;
  }

  /** The array or number that a value is, if it is one of an element type that Retort has. */
  static Optional<StoredTensor> tensor(Object value) {
    if (!(value instanceof Instance instance)) {
      return Optional.empty();
    }
    List<Object> arguments = instance.arguments;
    if (instance.className().equals(SCALAR) && arguments.size() == 2) {
      return tensor(arguments.get(0), arguments.get(1), List.of(), false);
    }
    if (instance.className().equals(FROM_BUFFER)
        && arguments.size() == 4
        && arguments.get(2) instanceof Items shape) {
      return tensor(arguments.get(1), arguments.get(0), shape.list, "F".equals(arguments.get(3)));
    }
    if (instance.className().equals(ARRAY)
        && instance.state instanceof Items state
        && state.list.size() >= 4) {
      // A version comes first, except in files of the oldest NumPy.
      List<Object> last = state.list.subList(state.list.size() - 4, state.list.size());
      if (last.get(0) instanceof Items shape) {
        return tensor(last.get(1), last.get(3), shape.list, Boolean.TRUE.equals(last.get(2)));
      }
    }
    return Optional.empty();
  }

  private static Optional<StoredTensor> tensor(
      Object type, Object data, List<Object> shape, boolean columnMajor) {
    Optional<ElementType> elementType = elementType(type);
    Optional<ByteSource> bytes = bytes(data);
    if (elementType.isEmpty() || bytes.isEmpty()) {
      return Optional.empty();
    }
    long[] sizes = new long[shape.size()];
    for (int i = 0; i < sizes.length; i++) {
      if (!(shape.get(i) instanceof Long size)) {
        return Optional.empty();
      }
      sizes[i] = size;
    }
    Storage storage = new Storage(elementType.get(), bytes.get());
    try {
      return Optional.of(
          columnMajor
              ? StoredTensor.columnMajor(storage, sizes)
              : StoredTensor.contiguous(storage, sizes));
    } catch (IllegalArgumentException e) {
      throw bytes.get().refusal(0, "an array that cannot be: " + e.getMessage(), e);
    }
  }

  private static Optional<ByteSource> bytes(Object data) {
    if (data instanceof String text) {
      return Optional.of(new HeldBytes(text.getBytes(ISO_8859_1), "an array of the pickle"));
    }
    return data instanceof Blob blob ? Optional.of(blob.bytes) : Optional.empty();
  }

  /** Big-endian types are none of ours. */
  private static Optional<ElementType> elementType(Object type) {
    if (!(type instanceof Instance instance)
        || !instance.className().equals(TYPE)
        || instance.arguments.isEmpty()
        || !(instance.arguments.get(0) instanceof String name)) {
      return Optional.empty();
    }
    boolean bigEndian =
        instance.state instanceof Items state
            && state.list.size() > 1
            && ">".equals(state.list.get(1));
    return bigEndian ? Optional.empty() : ElementType.ofNumpy(name);
  }
}

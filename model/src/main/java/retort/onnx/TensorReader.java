package retort.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.Map;
import retort.graph.DataType;
import retort.graph.GraphException;
import retort.graph.Tensor;

/**
 * Reads the tensors of one model. What is large and real stays in its file until it is asked for;
 * offset, length, type and shape are held against the file before anything is read.
 */
final class TensorReader {
  /** Larger tensors stay in their file. */
  private static final int SMALL = 1 << 16;

  /** So many bytes of small tensors are read at once; further ones stay in their file. */
  private static final int MAX_SMALL = 64 << 20;

  /** So many integers are held in memory, for all tensors together. */
  private static final int MAX_INTEGERS = 1 << 26;

  private final DataFile model;
  private final ExternalData data;
  private long small;
  private long integers;

  /**
   * Reads from files.
   *
   * @param model the file with the message
   * @param data the files beside it
   */
  TensorReader(DataFile model, ExternalData data) {
    this.model = model;
    this.data = data;
  }

  /**
   * The tensor of a message, wherever its values are.
   *
   * @throws OnnxException when they are not there, or not as many as its dimensions say
   * @throws GraphException when the element type is not supported
   */
  Tensor read(TensorProto message) {
    if (message.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return TensorMessages.read(message);
    }
    String name = message.getName();
    DataType type = DataType.ofOnnxCode(message.getDataType());
    int[] shape = TensorMessages.shape(message);
    int count = Tensor.elements(shape);
    long bytes = (long) count * TensorMessages.bytes(type);
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : message.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    boolean inside = location.isEmpty() && entries.containsKey(Skeleton.FIELD);
    DataFile file = inside ? model : data.file(name, location);
    int field =
        inside ? (int) number(name, entries, Skeleton.FIELD, 0) : TensorProto.RAW_DATA_FIELD_NUMBER;
    long offset = number(name, entries, "offset", 0);
    StoredValues values =
        new StoredValues(name, file, offset, number(name, entries, "length", bytes), field);
    requireFit(values, type, shape, bytes);
    return tensor(values, type, shape);
  }

  private static void requireFit(StoredValues values, DataType type, int[] shape, long bytes) {
    if (values.offset() > values.file().size() - values.length()) {
      throw new OnnxException(
          "weight '"
              + values.tensor()
              + "' is said to have "
              + values.length()
              + " bytes from byte "
              + values.offset()
              + " of "
              + values.file().name()
              + ", which has "
              + values.file().size()
              + "; the data file is incomplete or of another model, copy both together");
    }
    if (!TensorMessages.spells(values.field(), type)) {
      throw new OnnxException(
          "tensor '"
              + values.tensor()
              + "' is "
              + type
              + " but its values are of another type; the file is damaged, export or copy it again");
    }
    if (values.isCompact() ? values.length() != bytes : Tensor.elements(shape) > values.length()) {
      throw TensorMessages.miscounted(values.tensor(), type, shape, values.length());
    }
  }

  private Tensor tensor(StoredValues values, DataType type, int[] shape) {
    if (!type.isFloating() || !values.isCompact()) {
      requireRoom(values.tensor(), Tensor.elements(shape));
      return values.tensor(type, shape);
    }
    if (values.length() > SMALL || small + values.length() > MAX_SMALL) {
      return values.stored(type, shape);
    }
    small += values.length();
    return values.tensor(type, shape);
  }

  private void requireRoom(String name, int count) {
    integers += count;
    if (integers > MAX_INTEGERS) {
      throw new OnnxException(
          "tensor '"
              + name
              + "' brings the integers in the file to more than "
              + MAX_INTEGERS
              + ", which no network needs; store real-valued weights as raw data");
    }
  }

  private static long number(
      String tensor, Map<String, String> entries, String key, long otherwise) {
    String text = entries.getOrDefault(key, Long.toString(otherwise));
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the sentence below, as a negative number does.
    }
    throw new OnnxException(
        "weight '"
            + tensor
            + "' has "
            + key
            + " '"
            + text
            + "' in its data file, which should be a number of bytes; export the model again");
  }
}

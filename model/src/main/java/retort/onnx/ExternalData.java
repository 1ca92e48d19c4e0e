package retort.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import retort.graph.DataType;
import retort.graph.Tensor;

/** Values that stand in files of their own, beside the model. */
final class ExternalData {
  private final Optional<Path> folder;

  /**
   * Reads from a folder.
   *
   * @param folder of the model; absent when the model did not come from a file
   */
  ExternalData(Optional<Path> folder) {
    this.folder = folder;
  }

  /** The tensor of a message, wherever its values are. */
  Tensor read(TensorProto message) {
    return message.getDataLocation() == TensorProto.DataLocation.EXTERNAL
        ? external(message)
        : TensorMessages.read(message);
  }

  private Tensor external(TensorProto message) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : message.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    Path base =
        folder.orElseThrow(
            () ->
                new OnnxException(
                    "weights are in a separate file '"
                        + location
                        + "'; read the model from its folder"));
    Path path = base.resolve(location).normalize();
    if (location.isEmpty() || !path.startsWith(base.normalize())) {
      throw new OnnxException(
          "weight '"
              + message.getName()
              + "' points to '"
              + location
              + "', outside the model's folder; put its data beside the model");
    }
    DataType type = DataType.ofOnnxCode(message.getDataType());
    int[] shape = TensorMessages.shape(message);
    try (FileChannel channel = FileChannel.open(path)) {
      long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
      long rest = channel.size() - offset;
      long length = Long.parseLong(entries.getOrDefault("length", Long.toString(rest)));
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length));
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offset + bytes.position()) < 0) {
          throw new EOFException("it ends before the weight does");
        }
      }
      return TensorMessages.read(message.getName(), type, shape, bytes.flip());
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new OnnxException(
          "weight '"
              + message.getName()
              + "' cannot be read from '"
              + path
              + "' ("
              + e
              + "); the data file belongs beside the model, copy both together",
          e);
    }
  }
}

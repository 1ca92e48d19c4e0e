package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * The message in a model file without the values of its tensors, which stay in the file: in the
 * skeleton such a tensor has external data as one in a data file has, an offset and a length, but
 * no location. So the memory taken follows from the number of nodes, not from that of the weights.
 */
final class Skeleton {
  /** The number of the field in which a tensor holds its values, beside its offset and length. */
  static final String FIELD = "field";

  /** Values of so few bytes stay where they are. */
  private static final int INLINE = 128;

  /** Far more than any network has, and little enough for a small heap. */
  private static final int MAX_BYTES = 32 << 20;

  private static final int MAX_FIELDS = 2_000_000;
  private static final int MAX_DEPTH = 64;

  /** Fields of a tensor that hold its values as one block. */
  private static final Set<Integer> VALUES =
      Set.of(
          TensorProto.RAW_DATA_FIELD_NUMBER,
          TensorProto.FLOAT_DATA_FIELD_NUMBER,
          TensorProto.DOUBLE_DATA_FIELD_NUMBER,
          TensorProto.INT32_DATA_FIELD_NUMBER,
          TensorProto.INT64_DATA_FIELD_NUMBER);

  /** A kind of message in which tensors may be. */
  private enum Kind {
    MODEL,
    GRAPH,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    TENSOR;

    /** The kind of the messages in a field, where tensors may be in these too. */
    Optional<Kind> inner(int field) {
      Kind kind =
          switch (this) {
            case MODEL ->
                field == ModelProto.GRAPH_FIELD_NUMBER
                    ? GRAPH
                    : field == ModelProto.FUNCTIONS_FIELD_NUMBER ? FUNCTION : null;
            case GRAPH ->
                field == GraphProto.NODE_FIELD_NUMBER
                    ? NODE
                    : field == GraphProto.INITIALIZER_FIELD_NUMBER ? TENSOR : null;
            case FUNCTION -> field == FunctionProto.NODE_FIELD_NUMBER ? NODE : null;
            case NODE -> field == NodeProto.ATTRIBUTE_FIELD_NUMBER ? ATTRIBUTE : null;
            case ATTRIBUTE ->
                switch (field) {
                  case AttributeProto.T_FIELD_NUMBER, AttributeProto.TENSORS_FIELD_NUMBER -> TENSOR;
                  case AttributeProto.G_FIELD_NUMBER, AttributeProto.GRAPHS_FIELD_NUMBER -> GRAPH;
                  default -> null;
                };
            case TENSOR -> null;
          };
      return Optional.ofNullable(kind);
    }

    /** Whether a field only comments, which some exporters do at length. */
    boolean isComment(int field) {
      return switch (this) {
        case MODEL -> field == ModelProto.DOC_STRING_FIELD_NUMBER;
        case GRAPH ->
            field == GraphProto.DOC_STRING_FIELD_NUMBER
                || field == GraphProto.METADATA_PROPS_FIELD_NUMBER;
        case FUNCTION -> field == FunctionProto.DOC_STRING_FIELD_NUMBER;
        case NODE ->
            field == NodeProto.DOC_STRING_FIELD_NUMBER
                || field == NodeProto.METADATA_PROPS_FIELD_NUMBER;
        case ATTRIBUTE -> field == AttributeProto.DOC_STRING_FIELD_NUMBER;
        case TENSOR -> field == TensorProto.DOC_STRING_FIELD_NUMBER;
      };
    }
  }

  /** Where a tensor's values are, while its message is read. */
  private record Block(int field, long offset, int length) {}

  private final CodedInputStream in;
  private int skipped;
  private int fields;

  private Skeleton(DataFile file) {
    in = CodedInputStream.newInstance(file.stream(0, file.size()));
  }

  /**
   * Reads the message of a file.
   *
   * @throws OnnxException when it is no ONNX model, only a part of one, or too large a graph
   */
  static ModelProto read(DataFile file) {
    if (file.size() > Integer.MAX_VALUE) {
      throw new OnnxException(
          "it is larger than 2 GiB, which no ONNX file may be; its weights belong in a separate"
              + " data file");
    }
    Skeleton skeleton = new Skeleton(file);
    try {
      skeleton.in.pushLimit((int) file.size());
      ModelProto model = ModelProto.parseFrom(skeleton.message(Kind.MODEL, 0));
      if (model.hasGraph() && model.getOpsetImportCount() > 0) {
        return model;
      }
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException(
          "it is not an ONNX model, or only a part of one (at byte "
              + skeleton.in.getTotalBytesRead()
              + " of "
              + file.size()
              + ": "
              + e.getMessage()
              + "); download or export it again",
          e);
    } catch (IOException e) {
      throw new OnnxException("it cannot be read (" + e + ")", e);
    }
    throw new OnnxException(
        (file.size() == 0 ? "it is empty" : "it is not an ONNX model")
            + "; download or export it again");
  }

  /** The rest of the message that is being read, without values and without what is not used. */
  private ByteString message(Kind kind, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new InvalidProtocolBufferException("messages nested " + depth + " deep");
    }
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 512);
    Block values = null;
    boolean external = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      requireFew(++fields <= MAX_FIELDS);
      int field = WireFormat.getTagFieldNumber(tag);
      int wireType = WireFormat.getTagWireType(tag);
      if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        copyNumber(field, wireType, out);
        continue;
      }
      int length = in.readRawVarint32();
      if (length < 0 || length > in.getBytesUntilLimit()) {
        throw new InvalidProtocolBufferException(
            "field " + field + " has " + length + " bytes, more than the message it is in");
      }
      Optional<Kind> inner = kind.inner(field);
      if (inner.isPresent()) {
        int limit = in.pushLimit(length);
        out.writeBytes(field, message(inner.get(), depth + 1));
        in.popLimit(limit);
      } else if (kind.isComment(field)) {
        skip(length);
      } else if (kind == Kind.TENSOR && VALUES.contains(field) && length > INLINE) {
        if (values != null) {
          throw new InvalidProtocolBufferException("a tensor's values are in two places");
        }
        values = new Block(field, in.getTotalBytesRead(), length);
        skip(length);
      } else {
        requireFew(length <= MAX_BYTES - (in.getTotalBytesRead() - skipped));
        byte[] copied = in.readRawBytes(length);
        external |= kind == Kind.TENSOR && field == TensorProto.EXTERNAL_DATA_FIELD_NUMBER;
        out.writeByteArray(field, copied);
      }
    }
    if (values != null && !external) {
      describe(values).writeTo(out);
    }
    out.flush();
    return bytes.toByteString();
  }

  private void copyNumber(int field, int wireType, CodedOutputStream out) throws IOException {
    switch (wireType) {
      case WireFormat.WIRETYPE_VARINT -> out.writeUInt64(field, in.readRawVarint64());
      case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64(field, in.readRawLittleEndian64());
      case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32(field, in.readRawLittleEndian32());
      default ->
          throw new InvalidProtocolBufferException(
              "field " + field + " is of a form that ONNX does not have");
    }
  }

  private void skip(int length) throws IOException {
    in.skipRawBytes(length);
    skipped += length;
  }

  private static TensorProto describe(Block values) {
    return TensorProto.newBuilder()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("offset", values.offset()))
        .addExternalData(entry("length", values.length()))
        .addExternalData(entry(FIELD, values.field()))
        .build();
  }

  private static StringStringEntryProto entry(String key, long value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(Long.toString(value)).build();
  }

  private void requireFew(boolean few) {
    if (!few) {
      throw new OnnxException(
          "its graph, without the weights, takes more than "
              + (MAX_BYTES >> 20)
              + " MiB or "
              + MAX_FIELDS
              + " fields (at byte "
              + in.getTotalBytesRead()
              + "); export the model as fewer nodes");
    }
  }
}

package retort.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import retort.graph.Tensor;

/**
 * The message of a model as it is written: small parts that are held, and the weights between them,
 * which pass through one by one. The bytes are those that the whole message would be written as.
 */
final class ModelMessage {
  private static final int GRAPH_TAG =
      ModelProto.GRAPH_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int INITIALIZER_TAG =
      GraphProto.INITIALIZER_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int RAW_DATA_TAG =
      TensorProto.RAW_DATA_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  /** A weight's message without its values, and these unless they are elsewhere. */
  private record Initializer(TensorProto header, Optional<Tensor> values) {
    long size() {
      return header.getSerializedSize() + values.map(Initializer::rawSize).orElse(0L);
    }

    private static long rawSize(Tensor tensor) {
      long length = RawValues.length(tensor);
      return CodedOutputStream.computeUInt32SizeNoTag(RAW_DATA_TAG)
          + CodedOutputStream.computeUInt64SizeNoTag(length)
          + length;
    }
  }

  private final ModelProto before;
  private final GraphProto first;
  private final Map<String, Initializer> initializers = new LinkedHashMap<>();
  private final GraphProto last;
  private final ModelProto after;

  /**
   * Takes a message apart.
   *
   * @param model all but the graph
   * @param graph all but the weights
   * @param weights in the order in which they are written
   */
  ModelMessage(ModelProto model, GraphProto graph, Map<String, Tensor> weights) {
    before = model.toBuilder().clearOpsetImport().clearMetadataProps().build();
    after =
        ModelProto.newBuilder()
            .addAllOpsetImport(model.getOpsetImportList())
            .addAllMetadataProps(model.getMetadataPropsList())
            .build();
    first = graph.toBuilder().clearInput().clearOutput().build();
    last =
        GraphProto.newBuilder()
            .addAllInput(graph.getInputList())
            .addAllOutput(graph.getOutputList())
            .build();
    weights.forEach(
        (name, tensor) ->
            initializers.put(
                name,
                new Initializer(TensorMessages.header(name, tensor).build(), Optional.of(tensor))));
  }

  /** Notes that a weight's values are in a data file. */
  void move(String weight, Map<String, String> place) {
    Initializer initializer = Objects.requireNonNull(initializers.get(weight));
    TensorProto.Builder header =
        initializer.header().toBuilder().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    place.forEach(
        (key, value) ->
            header.addExternalData(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    initializers.put(weight, new Initializer(header.build(), Optional.empty()));
  }

  /** How many bytes the message takes. */
  long size() {
    long graph = graphSize();
    return before.getSerializedSize()
        + CodedOutputStream.computeUInt32SizeNoTag(GRAPH_TAG)
        + CodedOutputStream.computeUInt64SizeNoTag(graph)
        + graph
        + after.getSerializedSize();
  }

  private long graphSize() {
    long size = (long) first.getSerializedSize() + last.getSerializedSize();
    for (Initializer initializer : initializers.values()) {
      size +=
          CodedOutputStream.computeUInt32SizeNoTag(INITIALIZER_TAG)
              + CodedOutputStream.computeUInt64SizeNoTag(initializer.size())
              + initializer.size();
    }
    return size;
  }

  /** Writes the message, of at most 2 GiB. Each weight is asked for its values once. */
  void write(OutputStream stream) throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(stream, 1 << 16);
    before.writeTo(out);
    out.writeUInt32NoTag(GRAPH_TAG);
    out.writeUInt32NoTag(Math.toIntExact(graphSize()));
    first.writeTo(out);
    for (Initializer initializer : initializers.values()) {
      out.writeUInt32NoTag(INITIALIZER_TAG);
      out.writeUInt32NoTag(Math.toIntExact(initializer.size()));
      initializer.header().writeTo(out);
      if (initializer.values().isPresent()) {
        Tensor values = initializer.values().get();
        out.writeUInt32NoTag(RAW_DATA_TAG);
        out.writeUInt32NoTag(Math.toIntExact(RawValues.length(values)));
        out.flush();
        RawValues.write(values, stream);
      }
    }
    last.writeTo(out);
    after.writeTo(out);
    out.flush();
  }
}

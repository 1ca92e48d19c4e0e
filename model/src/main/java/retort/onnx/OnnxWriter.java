package retort.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import retort.file.WholeFile;
import retort.graph.Attributes;
import retort.graph.Dim;
import retort.graph.Graph;
import retort.graph.Lowering;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TensorType;
import retort.graph.Types;

/**
 * Writes graphs as ONNX files of opset 21 and IR version 10, which ONNX Runtime has read since
 * 1.18. Operators beyond ONNX are lowered; names of inputs, weights and results stay; the batch
 * size is the dimension {@code N}. Equal models give equal bytes.
 */
public final class OnnxWriter {
  static final String PRODUCER = "retort";
  static final int OPSET = 21;
  private static final int IR_VERSION = 10;

  /** What one message may take. */
  private static final long MAX_BYTES = Integer.MAX_VALUE;

  private OnnxWriter() {}

  /**
   * Writes a file, which appears whole or not at all: a reader sees the old file or the new one.
   * Weights are asked for their values one by one. Where they exceed the 2 GiB that an ONNX file
   * may have, they go to a data file beside it, which belongs to it: copy both together. Data of
   * the model that was there before is removed.
   *
   * <pre>{@code
   * OnnxWriter.write(OnnxModel.of(graph, Map.of("retort.kind", "denoiser")), path);
   * }</pre>
   *
   * @throws OnnxException when the file cannot be written; the old one is then untouched
   */
  public static void write(OnnxModel model, Path path) {
    write(model, path, MAX_BYTES);
  }

  /** Writes a file whose message takes at most so many bytes with the weights inside. */
  static void write(OnnxModel model, Path path, long maxBytes) {
    Graph graph = Lowering.lower(model.graph());
    Map<String, Tensor> weights = weights(graph);
    ModelMessage whole = message(model, graph, weights, Map.of());
    try {
      Path file = WholeFile.target(path);
      if (whole.size() <= maxBytes) {
        write(whole, file);
      } else {
        writePair(model, graph, file);
      }
      WeightFile.removeUnused(file);
    } catch (IOException e) {
      throw new OnnxException(path + ": cannot be written (" + e + ")", e);
    }
  }

  private static void write(ModelMessage message, Path file) throws IOException {
    WholeFile.write(
        file,
        part -> {
          try (OutputStream out = Files.newOutputStream(part)) {
            message.write(out);
          }
        });
  }

  private static void writePair(OnnxModel model, Graph graph, Path file) throws IOException {
    Map<String, Tensor> weights = weights(graph);
    WeightFile data = WeightFile.write(file, weights);
    boolean written = false;
    try {
      Map<String, String> digest = Map.of(WeightRoles.DATA_DIGEST_KEY, data.digest());
      ModelMessage message = message(model, graph, weights, digest);
      data.addTo(message, weights);
      write(message, file);
      written = true;
    } finally {
      if (!written) {
        data.discard();
      }
    }
  }

  /**
   * The bytes of a file of at most 2 GiB.
   *
   * @throws OnnxException when it would be larger
   */
  public static byte[] toBytes(OnnxModel model) {
    Graph graph = Lowering.lower(model.graph());
    ModelMessage message = message(model, graph, weights(graph), Map.of());
    if (message.size() > MAX_BYTES) {
      throw new OnnxException(
          String.format(
              Locale.ROOT,
              "the model takes %.1f GiB, and memory holds at most 2 GiB of it at once; write it to"
                  + " a file",
              message.size() / (double) (1 << 30)));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) message.size());
    try {
      message.write(new BufferStream(bytes));
    } catch (IOException e) {
      throw new IllegalStateException("memory is written without failing", e);
    }
    return bytes.array();
  }

  /** A stream into memory that is large enough. */
  private static final class BufferStream extends OutputStream {
    private final ByteBuffer bytes;

    BufferStream(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public void write(int value) {
      bytes.put((byte) value);
    }

    @Override
    public void write(byte[] values, int offset, int length) {
      bytes.put(values, offset, length);
    }
  }

  private static Map<String, Tensor> weights(Graph graph) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    graph.weights().forEach((name, weight) -> weights.put(name, weight.value()));
    return weights;
  }

  private static ModelMessage message(
      OnnxModel model, Graph graph, Map<String, Tensor> weights, Map<String, String> more) {
    SortedMap<String, String> metadata = new TreeMap<>(model.metadata());
    metadata.putAll(WeightRoles.metadata(model.graph()));
    metadata.putAll(more);
    ModelProto.Builder message =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName(PRODUCER)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
    metadata.forEach(
        (key, value) ->
            message.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return new ModelMessage(message.build(), graph(graph), weights);
  }

  private static GraphProto graph(Graph graph) {
    Types types = Types.of(graph);
    GraphProto.Builder message = GraphProto.newBuilder().setName(PRODUCER);
    for (Graph.Input input : graph.inputs()) {
      message.addInput(value(input.name(), new TensorType(input.type(), input.shape())));
    }
    for (Node node : graph.nodes()) {
      message.addNode(
          NodeProto.newBuilder()
              .setName(node.outputs().get(0))
              .setOpType(node.operator().onnxName())
              .addAllInput(node.inputs())
              .addAllOutput(node.outputs())
              .addAllAttribute(AttributeMessages.write(attributes(node))));
    }
    for (String output : graph.outputs()) {
      message.addOutput(value(output, types.type(output)));
    }
    return message.build();
  }

  /** The ratio of Dropout is an operand by now. */
  private static Attributes attributes(Node node) {
    return node.operator() == Operator.DROPOUT ? Attributes.none() : node.attributes();
  }

  private static ValueInfoProto value(String name, TensorType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.type().onnxCode())
                        .setShape(shape(type.shape()))))
        .build();
  }

  private static TensorShapeProto shape(Shape shape) {
    TensorShapeProto.Builder message = TensorShapeProto.newBuilder();
    for (Dim dim : shape.dims()) {
      TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
      message.addDim(
          dim.isKnown()
              ? dimension.setDimValue(dim.constant())
              : dimension.setDimParam(dim.toString()));
    }
    return message.build();
  }
}

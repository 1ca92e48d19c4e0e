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
import java.nio.file.Files;
import java.nio.file.Path;
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
import retort.graph.Weight;

/**
 * Writes graphs as ONNX files of opset 21 and IR version 10, which ONNX Runtime has read since
 * 1.18. Operators beyond ONNX are lowered; names of inputs, weights and results stay; the batch
 * size is the dimension {@code N}. Equal models give equal bytes.
 */
public final class OnnxWriter {
  static final String PRODUCER = "retort";
  static final int OPSET = 21;
  private static final int IR_VERSION = 10;

  /** Messages are at most 2 GiB; this much is left to everything but the weights. */
  private static final long MAX_WEIGHT_BYTES = Integer.MAX_VALUE - (16L << 20);

  private OnnxWriter() {}

  /**
   * Writes a file, which appears whole or not at all: a reader sees the old file or the new one.
   *
   * <pre>{@code
   * OnnxWriter.write(OnnxModel.of(graph, Map.of("retort.kind", "denoiser")), path);
   * }</pre>
   *
   * @throws OnnxException when the file cannot be written or would be larger than 2 GiB
   */
  public static void write(OnnxModel model, Path path) {
    byte[] bytes = toBytes(model);
    try {
      WholeFile.write(path, part -> Files.write(part, bytes));
    } catch (IOException e) {
      throw new OnnxException(path + ": cannot be written (" + e + ")", e);
    }
  }

  /** The bytes of the file. */
  public static byte[] toBytes(OnnxModel model) {
    checkSize(model.graph());
    SortedMap<String, String> metadata = new TreeMap<>(model.metadata());
    metadata.putAll(WeightRoles.metadata(model.graph()));
    ModelProto.Builder message =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName(PRODUCER)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph(Lowering.lower(model.graph())));
    metadata.forEach(
        (key, value) ->
            message.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return message.build().toByteArray();
  }

  private static void checkSize(Graph graph) {
    long total = 0;
    for (Weight weight : graph.weights().values()) {
      Tensor value = weight.value();
      total += (long) value.elements() * TensorMessages.bytes(value.type());
    }
    if (total > MAX_WEIGHT_BYTES) {
      throw new OnnxException(
          String.format(
              Locale.ROOT,
              "the weights take %.1f GiB, and one ONNX file holds at most 2 GiB; write the model"
                  + " in float16",
              total / (double) (1 << 30)));
    }
  }

  private static GraphProto graph(Graph graph) {
    Types types = Types.of(graph);
    GraphProto.Builder message = GraphProto.newBuilder().setName(PRODUCER);
    for (Graph.Input input : graph.inputs()) {
      message.addInput(value(input.name(), new TensorType(input.type(), input.shape())));
    }
    for (Map.Entry<String, Weight> weight : graph.weights().entrySet()) {
      message.addInitializer(TensorMessages.write(weight.getKey(), weight.getValue().value()));
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

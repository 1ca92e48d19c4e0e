package retort.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import retort.graph.DataType;
import retort.graph.Tensor;

/**
 * What any ONNX file says of itself, whether or not Retort knows its operators.
 *
 * @param producer the program that wrote the file; may be empty
 * @param opsets version of each operator set; that of ONNX itself is {@code ai.onnx}
 * @param inputs each as {@code name float32[N, 3]}
 * @param outputs likewise
 * @param operators how often each operator occurs, by name
 * @param weights how many numbers the initialisers hold
 * @param metadata texts by key, all of them
 */
public record OnnxOutline(
    String producer,
    SortedMap<String, Long> opsets,
    List<String> inputs,
    List<String> outputs,
    SortedMap<String, Integer> operators,
    long weights,
    SortedMap<String, String> metadata) {

  /**
   * Reads a file's outline.
   *
   * @throws OnnxException when the file is missing, or no ONNX model
   */
  public static OnnxOutline read(Path path) {
    ModelProto model = OnnxReader.message(path);
    SortedMap<String, Long> opsets = new TreeMap<>();
    model
        .getOpsetImportList()
        .forEach(set -> opsets.put(domain(set.getDomain(), "ai.onnx"), set.getVersion()));
    SortedMap<String, Integer> operators = new TreeMap<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      String prefix = domain(node.getDomain(), "");
      operators.merge(
          prefix.isEmpty() ? node.getOpType() : prefix + "." + node.getOpType(), 1, Integer::sum);
    }
    Set<String> initializers = new HashSet<>();
    long weights = 0;
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      initializers.add(tensor.getName());
      weights += Tensor.elements(TensorMessages.shape(tensor));
    }
    SortedMap<String, String> metadata = new TreeMap<>();
    model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    return new OnnxOutline(
        model.getProducerName(),
        opsets,
        texts(
            model.getGraph().getInputList().stream()
                .filter(input -> !initializers.contains(input.getName()))
                .toList()),
        texts(model.getGraph().getOutputList()),
        operators,
        weights,
        metadata);
  }

  /**
   * What the files share whose graphs differ in the values of their weights alone: operator sets,
   * inputs and outputs with their shapes, and how many operators and weights there are.
   */
  public String graph() {
    return opsets + " " + inputs + " " + outputs + " " + operators + " " + weights;
  }

  private static String domain(String domain, String standard) {
    return domain.isEmpty() || domain.equals("ai.onnx") ? standard : domain;
  }

  private static List<String> texts(List<ValueInfoProto> values) {
    return values.stream().map(value -> value.getName() + " " + text(value.getType())).toList();
  }

  private static String text(TypeProto type) {
    if (!type.hasTensorType()) {
      return "(no tensor)";
    }
    String element = "type " + type.getTensorType().getElemType();
    for (DataType known : DataType.values()) {
      if (known.onnxCode() == type.getTensorType().getElemType()) {
        element = known.name().toLowerCase(Locale.ROOT);
      }
    }
    if (!type.getTensorType().hasShape()) {
      return element + " of any shape";
    }
    List<String> dims = new ArrayList<>();
    for (TensorShapeProto.Dimension dim : type.getTensorType().getShape().getDimList()) {
      dims.add(
          dim.hasDimValue()
              ? Long.toString(dim.getDimValue())
              : dim.getDimParam().isEmpty() ? "?" : dim.getDimParam());
    }
    return element + dims;
  }
}

package retort.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import retort.graph.DataType;
import retort.graph.Dim;
import retort.graph.Graph;
import retort.graph.Shape;
import retort.graph.Tensor;

/** Inputs of a file: the first dimension may be open and is then the batch size N. */
final class Signature {
  private static final long MAX_DIM = Integer.MAX_VALUE;

  private final Map<String, Long> dims;

  /**
   * Values for open dimensions.
   *
   * @param dims sizes by the name that the file gives a dimension
   */
  Signature(Map<String, Long> dims) {
    this.dims = dims;
  }

  Graph.Input input(ValueInfoProto info) {
    TypeProto.Tensor type = info.getType().getTensorType();
    if (!info.getType().hasTensorType() || !type.hasShape()) {
      throw new OnnxException(
          "input '"
              + info.getName()
              + "' is not a tensor of known rank; export the model with its input shapes");
    }
    if (type.getShape().getDimCount() > Tensor.MAX_RANK) {
      throw new OnnxException(
          "input '"
              + info.getName()
              + "' has "
              + type.getShape().getDimCount()
              + " dimensions, more than "
              + Tensor.MAX_RANK
              + "; export the model again");
    }
    List<Dim> shape = new ArrayList<>();
    for (TensorShapeProto.Dimension dimension : type.getShape().getDimList()) {
      shape.add(dim(info.getName(), shape.size(), dimension));
    }
    return new Graph.Input(
        info.getName(), DataType.ofOnnxCode(type.getElemType()), new Shape(shape));
  }

  private Dim dim(String input, int axis, TensorShapeProto.Dimension dimension) {
    if (dimension.getDimValue() > MAX_DIM
        || dims.getOrDefault(dimension.getDimParam(), 1L) > MAX_DIM) {
      throw new OnnxException(
          "dimension "
              + axis
              + " of input '"
              + input
              + "' is larger than "
              + MAX_DIM
              + "; export the model again");
    }
    if (dimension.hasDimValue() && dimension.getDimValue() > 0) {
      return Dim.of(dimension.getDimValue());
    }
    String name = dimension.getDimParam();
    Long given = dims.get(name);
    if (!name.isEmpty() && given != null) {
      return Dim.of(given);
    }
    if (axis == 0) {
      return Dim.BATCH;
    }
    throw new OnnxException(
        "dimension "
            + axis
            + " of input '"
            + input
            + "' is left open"
            + (name.isEmpty() ? "" : " ('" + name + "')")
            + "; only the first, the batch size, may be. Give its size"
            + (name.isEmpty() ? " when exporting the model." : ", or fix it when exporting."));
  }
}

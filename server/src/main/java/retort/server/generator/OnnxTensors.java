package retort.server.generator;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import retort.onnx.SignedInputs;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** Tensors of ONNX Runtime from ours, and ours from them. */
final class OnnxTensors {
  private OnnxTensors() {}

  /**
   * What the runtime says of an input or output; an input that was made signed is told as it was.
   *
   * @throws GeneratorException when it is no tensor of a known type
   */
  static TensorSpec spec(NodeInfo node) {
    Optional<ElementType> type =
        node.getInfo() instanceof TensorInfo info ? type(info) : Optional.empty();
    if (type.isEmpty()) {
      throw new GeneratorException(
          node.getName()
              + " is "
              + node.getInfo()
              + ", but only tensors of booleans, integers of 8 to 64 bits, floating-point numbers"
              + " of 16 to 64 bits and texts are served");
    }
    List<Long> shape = shape((TensorInfo) node.getInfo());
    return SignedInputs.originalName(node.getName())
        .map(name -> new TensorSpec(name, unsigned(type.get()), shape))
        .orElseGet(() -> new TensorSpec(node.getName(), type.get(), shape));
  }

  /** Whether the runtime's Java makes no tensors of a type, though it reads them. */
  static boolean lacks(ElementType type) {
    return switch (type) {
      case UINT16, UINT32, UINT64 -> true;
      default -> false;
    };
  }

  private static ElementType unsigned(ElementType type) {
    return ElementType.valueOf("U" + type.name());
  }

  private static List<Long> shape(TensorInfo info) {
    return Arrays.stream(info.getShape()).boxed().toList();
  }

  private static Optional<ElementType> type(TensorInfo info) {
    return Optional.ofNullable(
        switch (info.onnxType) {
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> ElementType.BOOL;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> ElementType.INT8;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> ElementType.INT16;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> ElementType.INT32;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> ElementType.INT64;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> ElementType.UINT8;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> ElementType.UINT16;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> ElementType.UINT32;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> ElementType.UINT64;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> ElementType.FP16;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> ElementType.BF16;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> ElementType.FP32;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> ElementType.FP64;
          case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> ElementType.STRING;
          default -> null;
        });
  }

  /** The type of the runtime that has the same bytes. */
  private static OnnxJavaType runtimeType(ElementType type) {
    return switch (type) {
      case FP16 -> OnnxJavaType.FLOAT16;
      case BF16 -> OnnxJavaType.BFLOAT16;
      case FP32 -> OnnxJavaType.FLOAT;
      case FP64 -> OnnxJavaType.DOUBLE;
      case UINT16, UINT32, UINT64 -> OnnxJavaType.valueOf(type.name().substring(1));
      default -> OnnxJavaType.valueOf(type.name());
    };
  }

  /** A tensor over the same bytes, which the caller closes; copied where they are on the heap. */
  static OnnxTensor tensor(TensorValue value) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = value.shape().stream().mapToLong(Long::longValue).toArray();
    if (value.type() == ElementType.STRING) {
      return OnnxTensor.createTensor(environment, value.texts().toArray(new String[0]), shape);
    }
    ByteBuffer bytes = value.bytes();
    if (!bytes.isDirect()) {
      bytes =
          ByteBuffer.allocateDirect(bytes.remaining())
              .order(ByteOrder.nativeOrder())
              .put(bytes)
              .flip();
    }
    return OnnxTensor.createTensor(environment, bytes, shape, runtimeType(value.type()));
  }

  /** A copy of what a network gave. */
  static TensorValue value(OnnxValue given) throws OrtException {
    if (!(given instanceof OnnxTensor tensor)) {
      throw new GeneratorException("the network gave " + given.getInfo() + ", which is no tensor");
    }
    TensorInfo info = tensor.getInfo();
    List<Long> shape = shape(info);
    ElementType type = type(info).orElseThrow();
    if (type == ElementType.STRING) {
      List<String> texts = new ArrayList<>();
      if (!shape.contains(0L)) {
        flatten(tensor.getValue(), texts);
      }
      return TensorValue.ofTexts(shape, texts);
    }
    return TensorValue.of(type, shape, tensor.getByteBuffer());
  }

  /** The runtime gives texts as arrays of arrays. */
  private static void flatten(Object given, List<String> texts) {
    if (given instanceof Object[] parts) {
      for (Object part : parts) {
        flatten(part, texts);
      }
    } else {
      texts.add((String) given);
    }
  }
}

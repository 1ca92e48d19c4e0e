package retort.graph;

/** Element type of a tensor: its ONNX code and its name in TorchScript. */
public enum DataType {
  FLOAT32(1, "torch.float32", 6),
  UINT8(2, "torch.uint8", 0),
  INT8(3, "torch.int8", 1),
  INT16(5, "torch.int16", 2),
  INT32(6, "torch.int32", 3),
  INT64(7, "torch.int64", 4),
  BOOL(9, "torch.bool", 11),
  FLOAT16(10, "torch.float16", 5),
  FLOAT64(11, "torch.float64", 7),
  BFLOAT16(16, "torch.bfloat16", 15);

  private final int onnxCode;
  private final String torchName;
  private final int torchCode;

  DataType(int onnxCode, String torchName, int torchCode) {
    this.onnxCode = onnxCode;
    this.torchName = torchName;
    this.torchCode = torchCode;
  }

  /** The value of {@code TensorProto.DataType}. */
  public int onnxCode() {
    return onnxCode;
  }

  /** The type's Python name, for example {@code torch.float32}. */
  public String torchName() {
    return torchName;
  }

  /** The number that TorchScript operators take for a {@code dtype} argument. */
  public int torchCode() {
    return torchCode;
  }

  /** Whether values are real numbers; otherwise they are integers or booleans. */
  public boolean isFloating() {
    return this == FLOAT32 || this == FLOAT16 || this == FLOAT64 || this == BFLOAT16;
  }

  /**
   * The type with an ONNX code.
   *
   * @throws GraphException when Retort has no such type (strings, complex and 4-bit numbers)
   */
  public static DataType ofOnnxCode(int code) {
    for (DataType type : values()) {
      if (type.onnxCode == code) {
        return type;
      }
    }
    throw new GraphException(
        "element type "
            + code
            + " is not supported; supported are float16/32/64, bfloat16, int8/16/32/64, uint8 and"
            + " bool. Export the model with one of these.");
  }
}

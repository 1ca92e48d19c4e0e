package retort.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The closed set of operators: those of ONNX opset 21 that networks and losses use, and Silu,
 * GroupNorm, Attention and StopGradient, which ONNX lacks or spells out in many nodes.
 *
 * <p>Each constant brings its shape rule, its interpretation and its TorchScript text (a {@link
 * Rule}); the operators beyond ONNX are lowered to it by {@link Lowering}. Semantics are those of
 * the ONNX specification, whose attribute names and defaults are used throughout.
 */
public enum Operator {
  // one operand, element by element
  ABS("Abs", Elementwise.unary(Math::abs, Math::abs, "torch.abs({0})")),
  NEG("Neg", Elementwise.unary(x -> -x, x -> -x, "torch.neg({0})")),
  SIGN("Sign", Elementwise.unary(Math::signum, x -> Long.signum(x), "torch.sign({0})")),
  EXP("Exp", Elementwise.unary(Math::exp, "torch.exp({0})")),
  LOG("Log", Elementwise.unary(Math::log, "torch.log({0})")),
  SQRT("Sqrt", Elementwise.unary(Math::sqrt, "torch.sqrt({0})")),
  RECIPROCAL("Reciprocal", Elementwise.unary(x -> 1 / x, "torch.reciprocal({0})")),
  SIN("Sin", Elementwise.unary(Math::sin, "torch.sin({0})")),
  COS("Cos", Elementwise.unary(Math::cos, "torch.cos({0})")),
  TAN("Tan", Elementwise.unary(Math::tan, "torch.tan({0})")),
  ATAN("Atan", Elementwise.unary(Math::atan, "torch.atan({0})")),
  ERF("Erf", Elementwise.unary(Activation::erf, "torch.erf({0})")),
  FLOOR("Floor", Elementwise.unary(Math::floor, "torch.floor({0})")),
  CEIL("Ceil", Elementwise.unary(Math::ceil, "torch.ceil({0})")),
  ROUND("Round", Elementwise.unary(Math::rint, "torch.round({0})")),
  CLIP("Clip", Arithmetic.clip()),
  IDENTITY("Identity", Elementwise.identity(s -> s.in(0))),
  CAST("Cast", Casting.byAttribute()),
  CAST_LIKE("CastLike", Casting.byExample()),

  // activations
  TANH("Tanh", Elementwise.unary(Math::tanh, "torch.tanh({0})")),
  SIGMOID("Sigmoid", Elementwise.unary(Activation::sigmoid, "torch.sigmoid({0})")),
  RELU("Relu", Elementwise.unary(x -> Math.max(x, 0), x -> Math.max(x, 0), "torch.relu({0})")),
  LEAKY_RELU("LeakyRelu", Activation.leakyRelu()),
  P_RELU("PRelu", Activation.prelu()),
  ELU("Elu", Activation.elu()),
  SELU("Selu", Activation.selu()),
  GELU("Gelu", Activation.gelu()),
  MISH("Mish", Elementwise.unary(x -> x * Math.tanh(Activation.softplus(x)), "torch.mish({0})")),
  SOFTPLUS("Softplus", Elementwise.unary(Activation::softplus, "torch.softplus({0})")),
  SOFTSIGN(
      "Softsign",
      Elementwise.unary(
          x -> x / (1 + Math.abs(x)), "torch.div({0}, torch.add(torch.abs({0}), 1))")),
  HARD_SIGMOID("HardSigmoid", Activation.hardSigmoid()),
  HARD_SWISH("HardSwish", Elementwise.unary(Activation::hardSwish, "torch.hardswish({0})")),
  DROPOUT("Dropout", Activation.dropout()),

  // two operands or more, which broadcast
  ADD("Add", Elementwise.binary(Double::sum, Long::sum, "torch.add({0}, {1})")),
  SUB("Sub", Elementwise.binary((a, b) -> a - b, (a, b) -> a - b, "torch.sub({0}, {1})")),
  MUL("Mul", Elementwise.binary((a, b) -> a * b, (a, b) -> a * b, "torch.mul({0}, {1})")),
  DIV("Div", Arithmetic.quotient()),
  MOD("Mod", Arithmetic.remainder()),
  POW("Pow", Arithmetic.power()),
  SUM("Sum", Elementwise.folded(Double::sum, Long::sum, "torch.add({0}, {1})")),
  MEAN("Mean", Arithmetic.mean()),
  MIN("Min", Elementwise.folded(Math::min, Math::min, "torch.minimum({0}, {1})")),
  MAX("Max", Elementwise.folded(Math::max, Math::max, "torch.maximum({0}, {1})")),

  // comparisons and truth values
  EQUAL("Equal", Logic.comparison((a, b) -> a == b, (a, b) -> a == b, "torch.eq({0}, {1})")),
  GREATER("Greater", Logic.comparison((a, b) -> a > b, (a, b) -> a > b, "torch.gt({0}, {1})")),
  GREATER_OR_EQUAL(
      "GreaterOrEqual", Logic.comparison((a, b) -> a >= b, (a, b) -> a >= b, "torch.ge({0}, {1})")),
  LESS("Less", Logic.comparison((a, b) -> a < b, (a, b) -> a < b, "torch.lt({0}, {1})")),
  LESS_OR_EQUAL(
      "LessOrEqual", Logic.comparison((a, b) -> a <= b, (a, b) -> a <= b, "torch.le({0}, {1})")),
  AND("And", Logic.connective((a, b) -> a & b, "torch.logical_and({0}, {1})")),
  OR("Or", Logic.connective((a, b) -> a | b, "torch.logical_or({0}, {1})")),
  XOR("Xor", Logic.connective((a, b) -> a ^ b, "torch.logical_xor({0}, {1})")),
  NOT("Not", Logic.negation()),
  IS_NAN("IsNaN", Logic.isNaN()),
  IS_INF("IsInf", Logic.isInfinite()),
  WHERE("Where", Logic.choice()),

  // matrices, convolutions, windows
  MAT_MUL("MatMul", MatrixProduct.matMul()),
  GEMM("Gemm", MatrixProduct.gemm()),
  EINSUM("Einsum", Einsum.rule()),
  CONV("Conv", Convolution.rule()),
  CONV_TRANSPOSE("ConvTranspose", TransposedConvolution.rule()),
  AVERAGE_POOL("AveragePool", Pooling.average()),
  MAX_POOL("MaxPool", Pooling.maximum()),
  GLOBAL_AVERAGE_POOL(
      "GlobalAveragePool", Pooling.global(x -> DoubleStream.of(x).average().orElse(0), "mean")),
  GLOBAL_MAX_POOL("GlobalMaxPool", Pooling.global(x -> DoubleStream.of(x).max().orElse(0), "amax")),

  // normalizations
  SOFTMAX("Softmax", Softmax.weights()),
  LOG_SOFTMAX("LogSoftmax", Softmax.logarithms()),
  BATCH_NORMALIZATION("BatchNormalization", Normalization.batch()),
  INSTANCE_NORMALIZATION("InstanceNormalization", Normalization.instances()),
  LAYER_NORMALIZATION("LayerNormalization", Normalization.layers()),
  GROUP_NORMALIZATION("GroupNormalization", Normalization.groups("num_groups")),
  LP_NORMALIZATION("LpNormalization", Normalization.unitLength()),

  // reductions and scans
  REDUCE_SUM("ReduceSum", Reduction.sum()),
  REDUCE_MEAN("ReduceMean", Reduction.mean()),
  REDUCE_MAX("ReduceMax", Reduction.maximum()),
  REDUCE_MIN("ReduceMin", Reduction.minimum()),
  REDUCE_PROD("ReduceProd", Reduction.product()),
  REDUCE_L1("ReduceL1", Reduction.l1()),
  REDUCE_L2("ReduceL2", Reduction.l2()),
  REDUCE_SUM_SQUARE("ReduceSumSquare", Reduction.sumOfSquares()),
  REDUCE_LOG_SUM_EXP("ReduceLogSumExp", Reduction.logSumExp()),
  ARG_MAX("ArgMax", Scanning.extreme(true)),
  ARG_MIN("ArgMin", Scanning.extreme(false)),
  CUM_SUM("CumSum", Scanning.runningSum()),

  // other shapes, other places
  RESHAPE("Reshape", Layout.reshape()),
  FLATTEN("Flatten", Layout.flatten()),
  SQUEEZE("Squeeze", Layout.squeeze()),
  UNSQUEEZE("Unsqueeze", Layout.unsqueeze()),
  TRANSPOSE("Transpose", Layout.transpose()),
  DEPTH_TO_SPACE("DepthToSpace", Layout.depthToSpace()),
  SPACE_TO_DEPTH("SpaceToDepth", Layout.spaceToDepth()),
  CONCAT("Concat", Slicing.concat()),
  SPLIT("Split", Slicing.split()),
  SLICE("Slice", Slicing.slice()),
  GATHER("Gather", Indexing.gather()),
  GATHER_ELEMENTS("GatherElements", Indexing.gatherElements()),
  EXPAND("Expand", Indexing.expand()),
  TILE("Tile", Indexing.tile()),
  PAD("Pad", Padding.rule()),
  RESIZE("Resize", Resampling.rule()),
  TRILU("Trilu", Filling.triangle()),

  // made from attributes, shapes and indices
  SHAPE("Shape", Filling.shape()),
  SIZE("Size", Filling.size()),
  CONSTANT("Constant", Filling.constant()),
  CONSTANT_OF_SHAPE("ConstantOfShape", Filling.constantOfShape()),
  RANGE("Range", Filling.range()),
  ONE_HOT("OneHot", Indexing.oneHot()),

  // Retort's own
  SILU("Silu", Elementwise.unary(x -> x * Activation.sigmoid(x), "torch.silu({0})")),
  GROUP_NORM("GroupNorm", Normalization.groups("groups")),
  ATTENTION("Attention", Softmax.attention()),
  STOP_GRADIENT("StopGradient", Elementwise.identity(s -> TorchText.call("detach", s.in(0))));

  private static final Map<String, Operator> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Operator::onnxName, Function.identity()));

  /** How many values a result may have that is computed in Java. */
  static final long MOST_COMPUTED = 1L << 26;

  private final String onnxName;

  @SuppressWarnings("ImmutableEnumChecker") // a rule is a function without state
  private final Rule rule;

  Operator(String onnxName, Rule rule) {
    this.onnxName = onnxName;
    this.rule = rule;
  }

  /** The operator's type in an ONNX file. */
  public String onnxName() {
    return onnxName;
  }

  /** The operator of an ONNX type, if it belongs to the set. */
  public static Optional<Operator> named(String onnxName) {
    return Optional.ofNullable(BY_NAME.get(onnxName));
  }

  List<TensorType> infer(Site site) {
    List<TensorType> types = rule.infer(site);
    for (TensorType type : types) {
      int[] shape = type.shape().at(0);
      if (shape.length > Tensor.MAX_RANK || Arrays.stream(shape).anyMatch(dim -> dim < 0)) {
        throw site.fail(
            "its result would have "
                + (shape.length > Tensor.MAX_RANK
                    ? shape.length + " dimensions, more than " + Tensor.MAX_RANK
                    : "the shape " + Arrays.toString(shape) + ", with a negative dimension"));
      }
    }
    if (types.size() < site.node().outputs().size()) {
      throw site.fail(
          "only its first results are supported, "
              + types.size()
              + " of the "
              + site.node().outputs().size()
              + " that are asked for");
    }
    return types;
  }

  List<Tensor> evaluate(Site site) {
    try {
      List<TensorType> types = infer(site);
      for (TensorType type : types) {
        if (Tensor.count(type.shape().at(0)) > MOST_COMPUTED) {
          throw site.fail(
              "its result " + type + " has more than " + MOST_COMPUTED + " values, too many here");
        }
      }
      return rule.evaluate(site, types);
    } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
      throw new GraphException(
          site.node().label() + ": cannot be computed (" + e.getMessage() + ")", e);
    }
  }

  List<String> torchScript(ScriptSite script) {
    return rule.torchScript(script);
  }
}

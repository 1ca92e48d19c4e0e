package retort.trainer.torchscript;

import static retort.graph.Operator.*;
import static retort.trainer.torchscript.Operands.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Weight;

/** Uses of every operator, such that every form of its TorchScript text occurs. */
final class OperatorCases {
  private final List<OperatorCase> cases = new ArrayList<>();

  private OperatorCases() {}

  static List<OperatorCase> all() {
    OperatorCases all = new OperatorCases();
    all.addElementwise();
    all.addBroadcasting();
    all.addProducts();
    all.addWindows();
    all.addNormalizations();
    all.addReductions();
    all.addLayouts();
    all.addSlices();
    all.addBorders();
    all.addFillings();
    return all.cases;
  }

  private void addElementwise() {
    Weight x = learnt(3, 4);
    List<Operator> simple =
        List.of(
            ABS,
            NEG,
            SIGN,
            EXP,
            RECIPROCAL,
            SIN,
            COS,
            TAN,
            ATAN,
            ERF,
            FLOOR,
            CEIL,
            ROUND,
            IDENTITY,
            TANH,
            SIGMOID,
            RELU,
            LEAKY_RELU,
            ELU,
            SELU,
            GELU,
            MISH,
            SOFTPLUS,
            SOFTSIGN,
            HARD_SIGMOID,
            HARD_SWISH,
            SILU,
            STOP_GRADIENT,
            IS_NAN,
            IS_INF);
    simple.forEach(operator -> add(operator, x));
    add(LOG, positive(3, 4));
    add(SQRT, positive(3, 4));
    add(GELU, with("approximate", "tanh"), x);
    add(IS_INF, with("detect_negative", 0), x);
    add(IS_INF, with("detect_positive", 0), x);
    add(IS_INF, with("detect_positive", 0).with("detect_negative", 0), x);
    add(P_RELU, learnt(2, 3, 4, 4), learnt(3, 1, 1));
    add(CLIP, x, number(-0.5), number(0.5));
    add(CLIP, x, null, number(0.5));
    add(CLIP, x, Weight.parameter(Tensor.scalar(-0.4)), Weight.parameter(Tensor.scalar(0.6)));
    add(CLIP, x);
    add(CLIP, integers(-5, 0, 9), null, integer(4));
    add(DROPOUT, with("ratio", 0.0), x);
    for (DataType type : List.of(DataType.FLOAT32, DataType.INT64, DataType.BOOL)) {
      add(CAST, with("to", type.onnxCode()), x);
    }
    add(CAST_LIKE, x, integer(1));
    add(NOT, booleans(1, 0));
  }

  private void addBroadcasting() {
    Weight x = learnt(2, 3, 4);
    for (Operator operator : List.of(ADD, SUB, MUL, DIV)) {
      add(operator, x, learnt(3, 1));
      add(operator, x, number(2.5));
      add(operator, number(2.5), x);
      add(operator, integers(7, -7, 9), integers(2, 2, -4));
    }
    for (Operator operator : List.of(MIN, MAX, SUM, MEAN)) {
      add(operator, x, learnt(4), learnt(3, 1));
      add(operator, x, number(0.3));
      add(operator, x);
    }
    add(MOD, integers(7, -7, 7), integers(3, 3, -3));
    add(MOD, with("fmod", 1), integers(7, -7, 7), integers(3, 3, -3));
    add(MOD, with("fmod", 1), x, number(0.7));
    add(POW, positive(3, 4), learnt(4));
    add(POW, x, number(2));
    add(POW, x, integer(3));
    add(POW, integers(2, 3), integers(3, 2));
    for (Operator operator : List.of(EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL)) {
      add(operator, x, number(0));
      add(operator, integers(1, 2, 3), integer(2));
    }
    for (Operator operator : List.of(AND, OR, XOR)) {
      add(operator, booleans(0, 0, 1, 1), booleans(0, 1, 0, 1));
    }
    add(WHERE, booleans(1, 0, 1, 0), x, learnt(3, 1));
  }

  private void addProducts() {
    add(MAT_MUL, learnt(2, 1, 3, 4), learnt(5, 4, 2));
    add(MAT_MUL, learnt(4), learnt(4));
    add(MAT_MUL, learnt(3, 4), learnt(4));
    add(GEMM, with("transB", 1), learnt(2, 3), learnt(4, 3), learnt(4));
    add(GEMM, with("transB", 1), learnt(2, 3), learnt(4, 3));
    add(GEMM, with("transA", 1).with("alpha", 0.5), learnt(3, 2), learnt(3, 4));
    add(GEMM, with("alpha", 0.5).with("beta", 2.0), learnt(2, 3), learnt(3, 4), learnt(2, 1));
    add(EINSUM, with("equation", "ncq, nck -> nqk"), learnt(2, 3, 4), learnt(2, 3, 5));
    add(EINSUM, with("equation", "...ij,jk"), learnt(2, 3, 4), learnt(4, 3));
    add(ATTENTION, learnt(2, 3, 5, 4), learnt(2, 3, 6, 4), learnt(2, 3, 6, 4));
    add(ATTENTION, with("scale", 0.3), learnt(1, 2, 1, 4), learnt(1, 2, 3, 4), learnt(1, 2, 3, 2));
  }

  private void addWindows() {
    Weight x = learnt(2, 4, 6, 7);
    add(CONV, axes("pads", 1, 1, 1, 1), x, learnt(3, 4, 3, 3), learnt(3));
    add(CONV, axes("pads", 0, 1, 2, 0).with("group", 2), x, learnt(4, 2, 3, 3));
    add(CONV, axes("dilations", 2, 1).with("strides", new long[] {1, 2}), x, learnt(3, 4, 2, 2));
    add(CONV, with("auto_pad", "SAME_LOWER"), learnt(1, 2, 5), learnt(3, 2, 2));
    add(CONV_TRANSPOSE, axes("strides", 2, 2), x, learnt(4, 3, 3, 3), learnt(3));
    add(
        CONV_TRANSPOSE,
        axes("strides", 2, 2).with("pads", new long[] {1, 1, 1, 1}).with("group", 4),
        x,
        learnt(4, 1, 4, 4));
    add(
        CONV_TRANSPOSE,
        axes("strides", 2, 2)
            .with("pads", new long[] {1, 0, 0, 2})
            .with("output_padding", new long[] {1, 1}),
        x,
        learnt(4, 3, 3, 3),
        learnt(3));
    add(CONV_TRANSPOSE, axes("output_shape", 8), learnt(1, 2, 5), learnt(2, 3, 3), learnt(3));
    for (Operator pool : List.of(AVERAGE_POOL, MAX_POOL)) {
      Attributes window = axes("kernel_shape", 3, 2).with("strides", new long[] {2, 2});
      add(pool, window, x);
      add(pool, window.with("ceil_mode", 1).with("pads", new long[] {1, 1, 1, 1}), x);
      add(pool, window.with("ceil_mode", 1).with("pads", new long[] {0, 1, 2, 0}), x);
      add(pool, window.with("dilations", new long[] {2, 2}), x);
      add(pool, axes("kernel_shape", 3), learnt(1, 2, 5));
    }
    Attributes counted = axes("kernel_shape", 3, 3).with("count_include_pad", 1);
    add(AVERAGE_POOL, counted.with("pads", new long[] {1, 1, 1, 1}), x);
    add(
        AVERAGE_POOL,
        counted
            .with("pads", new long[] {0, 1, 1, 0})
            .with("ceil_mode", 1)
            .with("strides", new long[] {2, 2}),
        x);
    add(GLOBAL_AVERAGE_POOL, x);
    add(GLOBAL_MAX_POOL, x);
  }

  private void addNormalizations() {
    Weight x = learnt(2, 6, 4, 3);
    Weight scale = learnt(6);
    Weight bias = learnt(6);
    add(GROUP_NORM, with("groups", 3).with("epsilon", 1e-6), x, scale, bias);
    add(GROUP_NORMALIZATION, with("num_groups", 2), x, scale, bias);
    add(INSTANCE_NORMALIZATION, with("epsilon", 0.1), x, scale, bias);
    Weight variance = Weight.buffer(positive(6).value());
    add(BATCH_NORMALIZATION, x, scale, bias, Weight.buffer(normal(6)), variance);
    add(LAYER_NORMALIZATION, x, learnt(3), learnt(3));
    add(LAYER_NORMALIZATION, with("axis", 1), x, learnt(6, 4, 3));
    add(LAYER_NORMALIZATION, with("axis", 2), x, learnt(1), learnt(4, 1));
    add(LP_NORMALIZATION, x);
    add(LP_NORMALIZATION, with("axis", 1).with("p", 1), x);
    add(SOFTMAX, with("axis", 1), x);
    add(LOG_SOFTMAX, x);
  }

  private void addReductions() {
    Weight x = learnt(2, 3, 4);
    List<Operator> reductions =
        List.of(
            REDUCE_SUM,
            REDUCE_MEAN,
            REDUCE_MAX,
            REDUCE_MIN,
            REDUCE_PROD,
            REDUCE_L1,
            REDUCE_L2,
            REDUCE_SUM_SQUARE,
            REDUCE_LOG_SUM_EXP);
    for (Operator operator : reductions) {
      add(operator, with("keepdims", 0), x);
      add(operator, x, integers(-1, 0));
      add(operator, with("noop_with_empty_axes", 1), x);
    }
    add(REDUCE_SUM, integers(1, -2, 3), integers(0));
    for (Operator operator : List.of(ARG_MAX, ARG_MIN)) {
      add(operator, with("axis", 1), x);
      add(operator, with("axis", -1).with("select_last_index", 1).with("keepdims", 0), x);
    }
    add(CUM_SUM, x, integer(1));
    add(CUM_SUM, with("exclusive", 1).with("reverse", 1), x, integer(0));
    add(CUM_SUM, integers(1, 2, 3), integer(0));
  }

  private void addLayouts() {
    Weight x = learnt(2, 3, 4);
    add(RESHAPE, x, integers(0, 2, -1));
    add(RESHAPE, learnt(1), integers());
    add(FLATTEN, with("axis", 2), x);
    add(SQUEEZE, learnt(1, 3, 1), integers(-1));
    add(UNSQUEEZE, x, integers(-1, 0));
    add(TRANSPOSE, axes("perm", 1, 2, 0), x);
    add(DEPTH_TO_SPACE, with("blocksize", 2), learnt(2, 8, 3, 2));
    add(DEPTH_TO_SPACE, with("blocksize", 2).with("mode", "CRD"), learnt(2, 8, 3, 2));
    add(SPACE_TO_DEPTH, with("blocksize", 2), learnt(2, 3, 4, 6));
    add(EXPAND, learnt(3, 1), integers(2, 1, 4));
    add(TILE, x, integers(2, 1, 3));
    add(TRILU, x);
    add(TRILU, with("upper", 0), x, integer(-1));
  }

  private void addSlices() {
    Weight x = learnt(5, 6);
    long max = Long.MAX_VALUE;
    long min = Long.MIN_VALUE;
    add(SLICE, x, integers(1, -3), integers(max, -1));
    add(SLICE, x, integers(-1, max), integers(min, 0), integers(1, 0), integers(-2, -1));
    add(SLICE, x, integers(min), integers(100), integers(1), integers(3));
    add(CONCAT, with("axis", -1), x, learnt(5, 1), learnt(5, 2));
    cases.add(new OperatorCase(SPLIT, with("num_outputs", 3).with("axis", 0), List.of(x), 3));
    cases.add(new OperatorCase(SPLIT, with("axis", 1), List.of(x, integers(1, 5)), 2));
    add(GATHER, x, integers(0, 2, 0));
    add(GATHER, x, integers(-1, 1));
    add(GATHER, with("axis", 1), x, integer(-2));
    add(GATHER, with("axis", 1), x, matrix(2, 0, 1, -1, 3));
    add(GATHER_ELEMENTS, with("axis", 1), learnt(2, 3), matrix(2, 0, -1, 1, 1));
    add(ONE_HOT, integers(0, -1, 5), integer(3), learnt(2));
    add(ONE_HOT, with("axis", 0), integers(0, 2), integer(3), learnt(2));
  }

  private void addBorders() {
    Weight x = learnt(1, 2, 4, 5);
    for (String mode : List.of("constant", "reflect", "edge", "wrap")) {
      add(PAD, with("mode", mode), x, integers(0, 0, 1, 2, 0, 0, 2, -1));
    }
    add(PAD, x, integers(1, 2), number(1.5), integers(-2));
    for (String mode : List.of("nearest", "linear")) {
      for (String coordinates :
          List.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")) {
        Attributes attributes =
            with("mode", mode).with("coordinate_transformation_mode", coordinates);
        add(RESIZE, attributes, x, null, reals(1, 1, 2, 2));
        add(RESIZE, attributes, x, null, reals(1, 1, 1.3, 0.7));
        add(RESIZE, attributes, x, null, null, integers(1, 3, 7, 1));
      }
    }
  }

  private void addFillings() {
    add(SHAPE, with("start", 1), learnt(2, 3, 4));
    add(SHAPE, with("start", 1).with("end", 1), learnt(2, 3, 4));
    add(SIZE, learnt(2, 3, 4));
    add(CONSTANT, Attributes.none().with("value", normal(2, 2)));
    add(CONSTANT, with("value_int", 3));
    add(CONSTANT_OF_SHAPE, integers(2, 3));
    add(CONSTANT_OF_SHAPE, Attributes.none().with("value", Tensor.vector(4)), integers(2));
    add(RANGE, integer(10), integer(1), integer(-4));
    add(RANGE, number(0), number(1), number(0.3));
    add(RANGE, integer(5), integer(1), integer(1));
  }

  private void add(Operator operator, @Nullable Weight... operands) {
    add(operator, Attributes.none(), operands);
  }

  private void add(Operator operator, Attributes attributes, @Nullable Weight... operands) {
    cases.add(new OperatorCase(operator, attributes, Arrays.asList(operands), 1));
  }
}

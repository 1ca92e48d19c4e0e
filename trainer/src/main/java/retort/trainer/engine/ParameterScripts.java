package retort.trainer.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.Arrays;
import retort.graph.Projection;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;

/** What is done to all parameters of a network at once, as TorchScript methods. */
final class ParameterScripts {
  static final String METHODS =
      """
        def forward(self: __torch__.M, x: Tensor) -> List[Tensor]:
          if torch.eq(torch.dim(x), 4):
            y = torch.contiguous(x, memory_format=2)
          else:
            y = x
          return [torch.clone(y)]
        def assign(self: __torch__.M, to: Tensor, values: Tensor) -> Tensor:
          return torch.copy_(to, values)
        def zero(self: __torch__.M, x: Tensor) -> Tensor:
          return torch.zero_(x)
        def guard(self: __torch__.M,
            g: List[Tensor], infinity: float, most: float, longest: float) -> Tensor:
          norm = torch.norm(torch.stack(torch._foreach_norm(g)))
          length = norm
          if torch.__not__(bool(torch.isfinite(norm))):
            for i in range(torch.len(g)):
              _0 = torch.nan_to_num_(g[i], 0., infinity, torch.neg(infinity))
            length = torch.norm(torch.stack(torch._foreach_norm(g)))
          if torch.gt(most, 0.):
            for i in range(torch.len(g)):
              _1 = torch.clamp_(g[i], torch.neg(most), most)
            length = torch.norm(torch.stack(torch._foreach_norm(g)))
          if torch.gt(longest, 0.):
            share = torch.clamp_max(torch.div(longest, torch.add(length, 1.e-6)), 1.)
            torch._foreach_mul_(g, share)
          return norm
        def adam(self: __torch__.M,
            p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: Tensor,
            lr: float, beta1: float, beta2: float, eps: float, decay: float,
            decoupled: bool) -> Tensor:
          _0 = torch.add_(t, 1)
          steps = annotate(List[Tensor], [])
          for i in range(torch.len(p)):
            _1 = torch.append(steps, t)
          none = annotate(List[Tensor], [])
          if decoupled:
            torch._fused_adamw_(p, g, m, v, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
          else:
            torch._fused_adam_(p, g, m, v, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
          torch._foreach_zero_(g)
          return t
        def average(self: __torch__.M,
            ema: List[Tensor], p: List[Tensor], weight: float) -> Tensor:
          torch._foreach_lerp_(ema, p, weight)
          return ema[0]
        def unit_filters(self: __torch__.M, p: List[Tensor], eps: float) -> Tensor:
          for i in range(torch.len(p)):
            axes = annotate(List[int], [])
            for j in range(torch.sub(torch.dim(p[i]), 1)):
              _0 = torch.append(axes, torch.add(j, 1))
            norm = torch.linalg_vector_norm(p[i], 2., axes, True)
            share = torch.sqrt(torch.div(torch.numel(norm), torch.numel(p[i])))
            _1 = torch.div_(p[i], torch.add(torch.mul(norm, share), eps))
          return p[0]
      """;

  private final PtSymbolBlock module;
  private final PtNDManager scope;
  private final Layout layout;

  ParameterScripts(PtSymbolBlock module, PtNDManager scope, Layout layout) {
    this.module = module;
    this.scope = scope;
    this.layout = layout;
  }

  /** The array in the order in memory that convolutions read fastest; the given one is closed. */
  PtNDArray laidOut(PtNDArray array) {
    if (layout == Layout.CONTIGUOUS || array.getShape().dimension() != 4) {
      return array;
    }
    try (array) {
      return (PtNDArray) IValueUtils.forward(module, new NDList(array), true).get(0);
    }
  }

  /** Zeros like an array, in the same order in memory. */
  PtNDArray zerosLike(PtNDArray array) {
    return laidOut((PtNDArray) scope.zeros(array.getShape(), array.getDataType()));
  }

  /**
   * Overwrites the values of an array where they lie, whatever their order in memory, so that every
   * handle to them sees it. (DJL's own copy gives the one handle other memory instead.)
   */
  void assign(PtNDArray array, Tensor value) {
    Shape shape = Torch.shape(value.shape());
    if (!shape.equals(array.getShape())) {
      throw new IllegalArgumentException(
          "a value is " + value + " but its place is " + array.getShape());
    }
    try (PtNDArray source = Torch.create(scope, value, DataType.FLOAT32)) {
      run("assign", IValue.from(array), IValue.from(source));
    }
  }

  /** Sets all values of an array to 0, in place. */
  void zero(PtNDArray array) {
    run("zero", IValue.from(array));
  }

  /**
   * Makes gradients finite and bounds them, in place.
   *
   * @return the Euclidean norm of all gradients before, not finite if any value was not
   */
  double guard(GradientGuard guard, PtNDArray... gradients) {
    return run(
        "guard",
        IValue.listFrom(gradients),
        IValue.from(guard.infinity()),
        IValue.from(guard.maxValue()),
        IValue.from(guard.maxNorm()));
  }

  /** One step of Adam in place; gradients are zero afterwards. */
  void adam(
      PtNDArray[] parameters,
      PtNDArray[] gradients,
      PtNDArray[] first,
      PtNDArray[] second,
      PtNDArray steps,
      double rate,
      AdamConfig config) {
    run(
        "adam",
        IValue.listFrom(parameters),
        IValue.listFrom(gradients),
        IValue.listFrom(first),
        IValue.listFrom(second),
        IValue.from(steps),
        IValue.from(rate),
        IValue.from(config.beta1()),
        IValue.from(config.beta2()),
        IValue.from(config.epsilon()),
        IValue.from(config.weightDecay()),
        IValue.from(config.decoupled()));
  }

  /** Moves averages towards parameters by the share {@code weight}, in place. */
  void average(PtNDArray[] averages, PtNDArray[] parameters, double weight) {
    run("average", IValue.listFrom(averages), IValue.listFrom(parameters), IValue.from(weight));
  }

  /** Divides each filter of each parameter by its root mean square, in place. */
  void unitFilters(PtNDArray... parameters) {
    run("unit_filters", IValue.listFrom(parameters), IValue.from(Projection.EPSILON));
  }

  private double run(String method, IValue... arguments) {
    try (IValue result = IValueUtils.runMethod(module, method, arguments);
        PtNDArray array = result.toTensor(scope)) {
      return array.getShape().isScalar() ? array.toFloatArray()[0] : 0;
    } finally {
      Arrays.stream(arguments).forEach(IValue::close);
    }
  }
}

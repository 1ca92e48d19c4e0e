package retort.trainer.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.graph.TorchScriptMethod;

/** A graph, or a segment of one, that can be called with arrays. */
final class CompiledMethod {
  private final PtSymbolBlock module;
  private final TorchScriptMethod method;
  private final DataType real;

  /** The numbers of the formula itself, which belong to no network. */
  private final Map<String, PtNDArray> constants;

  CompiledMethod(
      Torch torch, TorchScriptMethod method, DataType real, Map<String, PtNDArray> constants) {
    this.module = torch.load(method.source());
    this.method = method;
    this.real = real;
    this.constants = constants;
  }

  /** Names of the results, in their order. */
  List<String> outputs() {
    return method.outputs();
  }

  /**
   * Computes the outputs.
   *
   * @param scope owns the results
   * @param values the inputs, and what earlier segments computed, by name
   */
  NDList call(PtNDManager scope, Map<String, PtNDArray> values, WeightView weights) {
    NDList list = new NDList(method.inputs().size() + method.weights().size());
    for (String input : method.inputs()) {
      list.add(Objects.requireNonNull(values.get(input), input));
    }
    for (String name : method.weights()) {
      list.add(weight(scope, name, weights));
    }
    NDList results = IValueUtils.forward(module, list, true);
    // They belong to the first argument's scope, which is a weight's where there are no inputs.
    results.attach(scope);
    return results;
  }

  private PtNDArray weight(PtNDManager scope, String name, WeightView weights) {
    PtNDArray constant = constants.get(name);
    if (constant != null) {
      return constant;
    }
    PtNDArray weight = weights.array(name);
    if (real == DataType.FLOAT32 || weight.getDataType() != DataType.FLOAT32) {
      return weight;
    }
    PtNDArray widened = weight.toType(real, true);
    widened.attach(scope);
    widened.setName(Program.WEIGHT);
    return widened;
  }
}

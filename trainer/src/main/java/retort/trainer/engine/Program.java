package retort.trainer.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod;
import retort.graph.Weight;

/**
 * A compiled graph. One call runs the whole of it, over plain arrays: what it allocates natively is
 * freed before it returns.
 */
public final class Program {
  /** Name of a weight among arguments: consecutive arrays of this name form one list. */
  static final String WEIGHT = "w[]";

  private final Torch torch;
  private final PtSymbolBlock module;
  private final TorchScriptMethod method;
  private final List<String> outputs;
  private final DataType real;

  /** The numbers of the formula itself, which belong to no network. */
  private final Map<String, PtNDArray> constants = new HashMap<>();

  Program(Torch torch, Graph graph, retort.graph.DataType real) {
    this.torch = torch;
    this.method = TorchScriptMethod.of(graph, torch.layout(), real);
    this.module = torch.load(method.source());
    this.outputs = graph.outputs();
    this.real = real == retort.graph.DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
    for (String name : method.weights()) {
      Weight weight = Objects.requireNonNull(graph.weights().get(name));
      if (weight.role() == Weight.Role.CONSTANT) {
        PtNDArray constant = Torch.create(torch.root(), weight.value(), this.real);
        constant.setName(WEIGHT);
        constants.put(name, constant);
      }
    }
  }

  /**
   * Computes the outputs.
   *
   * @param arguments one tensor for each input, by name; others are ignored
   * @param weights the weights by their names in the graph
   * @return the outputs by name
   */
  public Map<String, Tensor> compute(Map<String, Tensor> arguments, WeightView weights) {
    try (PtNDManager scope = torch.step()) {
      return copied(call(scope, arguments, weights));
    }
  }

  /**
   * Computes the outputs and adds the gradients of the first of them, a scalar, to those of every
   * learnt weight.
   *
   * @param arguments one tensor for each input, by name; others are ignored
   * @param weights the weights by their names in the graph
   * @return the outputs by name
   */
  public Map<String, Tensor> differentiate(Map<String, Tensor> arguments, WeightView weights) {
    try (PtNDManager scope = torch.step()) {
      JniUtils.setGradMode(true);
      try {
        NDList results = call(scope, arguments, weights);
        PtNDArray loss = (PtNDArray) results.get(0);
        JniUtils.backward(loss, (PtNDArray) loss.onesLike(), false, false);
        return copied(results);
      } finally {
        JniUtils.setGradMode(false);
      }
    }
  }

  private NDList call(PtNDManager scope, Map<String, Tensor> arguments, WeightView weights) {
    NDList list = new NDList(method.inputs().size() + method.weights().size());
    for (String input : method.inputs()) {
      Tensor argument = arguments.get(input);
      if (argument == null) {
        throw new IllegalArgumentException("no tensor is given for input '" + input + "'");
      }
      list.add(Torch.create(scope, argument, real));
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
    widened.setName(WEIGHT);
    return widened;
  }

  private Map<String, Tensor> copied(NDList results) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      NDArray result = results.get(i);
      named.put(outputs.get(i), Torch.tensor(result));
    }
    return named;
  }
}

package retort.trainer.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import retort.graph.Graph;
import retort.graph.Projection;
import retort.graph.Tensor;
import retort.graph.Weight;

/**
 * The named weights of one network in native memory, in the engine's root scope. Constants of its
 * formula are not among them: each program holds its own.
 *
 * <p>Each parameter has two handles to the same values: a learnt one, which gradients reach, and a
 * frozen one, which they do not. A loss chooses by the view that it passes, so nothing has to be
 * switched off before a step and on again after it.
 */
public final class NetworkWeights {
  private final ParameterScripts scripts;
  private final Map<String, PtNDArray> parameters = new LinkedHashMap<>();
  private final Map<String, PtNDArray> values = new LinkedHashMap<>();
  private final PtNDArray[] filters;

  NetworkWeights(Torch torch, ParameterScripts scripts, Graph graph) {
    this.scripts = scripts;
    for (Map.Entry<String, Weight> entry : graph.weights().entrySet()) {
      String name = entry.getKey();
      Tensor value = entry.getValue().value();
      Weight.Role role = entry.getValue().role();
      if (role == Weight.Role.CONSTANT) {
        continue;
      }
      PtNDArray array = Torch.create(torch.root(), value, DataType.FLOAT32);
      if (role == Weight.Role.PARAMETER) {
        PtNDArray parameter = scripts.laidOut(array);
        parameter.setRequiresGradient(true);
        parameter.setName(Program.WEIGHT);
        parameters.put(name, parameter);
        array = Torch.detached(parameter);
      }
      array.setName(Program.WEIGHT);
      values.put(name, array);
    }
    filters =
        graph.weights().entrySet().stream()
            .filter(entry -> entry.getValue().projection() == Projection.UNIT_FILTERS)
            .map(entry -> value(entry.getKey()))
            .toArray(PtNDArray[]::new);
  }

  /** The weights with parameters that gradients reach. */
  public WeightView learnt() {
    return new WeightView(
        name -> {
          PtNDArray parameter = parameters.get(name);
          return parameter == null ? value(name) : parameter;
        });
  }

  /** The weights as values that no gradient reaches. */
  public WeightView frozen() {
    return new WeightView(this::value);
  }

  private PtNDArray value(String name) {
    PtNDArray array = values.get(name);
    if (array == null) {
      throw new IllegalArgumentException("the network has no weight '" + name + "'");
    }
    return array;
  }

  /**
   * Brings the parameters that have a projection back to where it puts them. A training step begins
   * with it: between a forward pass and its backward pass no weight may change, and averages are of
   * the weights that the optimiser left.
   */
  public void project() {
    if (filters.length > 0) {
      scripts.unitFilters(filters);
    }
  }

  /** Names of the parameters, in the graph's order. */
  List<String> parameterNames() {
    return List.copyOf(parameters.keySet());
  }

  /** The parameters, in the graph's order. */
  PtNDArray[] parameters() {
    return parameters.values().toArray(new PtNDArray[0]);
  }

  /** The gradients of all parameters, as new handles that the caller closes. */
  PtNDArray[] gradients() {
    return parameters.values().stream().map(PtNDArray::getGradient).toArray(PtNDArray[]::new);
  }

  /** Copies the current parameters out, by name. */
  public Map<String, Tensor> parameterValues() {
    Map<String, Tensor> copied = new LinkedHashMap<>();
    parameters.forEach((name, array) -> copied.put(name, Torch.tensor(array)));
    return copied;
  }

  /**
   * Overwrites all parameters, by name.
   *
   * @throws IllegalArgumentException when one is missing, unknown, or of another shape
   */
  public void set(Map<String, Tensor> newValues) {
    if (!newValues.keySet().equals(parameters.keySet())) {
      Set<String> differing = new TreeSet<>(newValues.keySet());
      differing.addAll(parameters.keySet());
      differing.removeIf(name -> newValues.containsKey(name) && parameters.containsKey(name));
      throw new IllegalArgumentException(
          "the weights are not those of this network: they differ in " + differing);
    }
    newValues.forEach((name, value) -> scripts.assign(value(name), value));
  }

  /** Copies the gradients gathered so far out, by name. */
  public Map<String, Tensor> gradientValues() {
    Map<String, Tensor> copied = new LinkedHashMap<>();
    for (Map.Entry<String, PtNDArray> entry : parameters.entrySet()) {
      try (PtNDArray gradient = entry.getValue().getGradient()) {
        copied.put(entry.getKey(), Torch.tensor(gradient));
      }
    }
    return copied;
  }
}

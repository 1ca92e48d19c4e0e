package retort.trainer.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Segments;
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

  /** The segments for the weights that learn. */
  private record Cut(
      Set<String> learnt, Predicate<String> carriesGradient, List<CompiledMethod> segments) {}

  private final Torch torch;
  private final Graph graph;
  private final retort.graph.DataType type;
  private final DataType real;
  private final CompiledMethod whole;
  private final boolean draws;

  /** The numbers of the formula itself, which belong to no network. */
  private final Map<String, PtNDArray> constants = new HashMap<>();

  /** How the graph was cut last: this changes where other weights learn. */
  private Cut cut;

  Program(Torch torch, Graph graph, retort.graph.DataType type) {
    this.torch = torch;
    this.graph = graph;
    this.type = type;
    this.real = type == retort.graph.DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
    this.draws = graph.nodes().stream().anyMatch(Program::draws);
    TorchScriptMethod method = TorchScriptMethod.of(graph, torch.layout(), type);
    for (String name : method.weights()) {
      Weight weight = graph.weights().get(name);
      if (weight != null && weight.role() == Weight.Role.CONSTANT) {
        PtNDArray constant = Torch.create(torch.root(), weight.value(), real);
        constant.setName(WEIGHT);
        constants.put(name, constant);
      }
    }
    this.whole = new CompiledMethod(torch, method, real, constants);
    this.cut = new Cut(Set.of(), value -> false, List.of(whole));
  }

  private static boolean draws(Node node) {
    return node.operator() == Operator.DROPOUT && node.attributes().real("ratio", 0.5) > 0;
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
      Map<String, PtNDArray> inputs = inputs(scope, arguments);
      return torch.network(() -> named(whole.call(scope, inputs, weights)));
    }
  }

  private Map<String, Tensor> named(NDList results) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      named.put(graph.outputs().get(i), Torch.tensor(results.get(i)));
    }
    return named;
  }

  /**
   * Differentiates a graph that draws nothing: see {@link #differentiate(Map, WeightView, long)}.
   *
   * @throws IllegalArgumentException when the graph draws, as dropout does
   */
  public Map<String, Tensor> differentiate(Map<String, Tensor> arguments, WeightView weights) {
    if (draws) {
      throw new IllegalArgumentException("the graph draws numbers, so it needs a seed");
    }
    return differentiate(arguments, weights, 0);
  }

  /**
   * Computes the outputs and adds the gradients of the first of them, a scalar, to those of every
   * learnt weight; in as many segments as the engine was opened with.
   *
   * @param arguments one tensor for each input, by name; others are ignored
   * @param weights the weights by their names in the graph
   * @param seed of what the graph draws, such as dropout masks
   * @return the outputs by name
   */
  public Map<String, Tensor> differentiate(
      Map<String, Tensor> arguments, WeightView weights, long seed) {
    Cut now = cut(weights);
    try (PtNDManager scope = torch.step()) {
      return new Backpropagation(
              now.segments(),
              now.carriesGradient(),
              graph.outputs(),
              weights,
              seed,
              scope,
              inputs(scope, arguments))
          .run();
    }
  }

  /** The weights of the graph that learn when it is called with a view. */
  Set<String> learnt(WeightView weights) {
    return graph.parameters().keySet().stream()
        .filter(name -> weights.array(name).hasGradient())
        .collect(Collectors.toSet());
  }

  private Cut cut(WeightView weights) {
    if (!torch.form().equals(LossForm.WHOLE)) {
      Set<String> learnt = learnt(weights);
      if (!cut.learnt().equals(learnt)) {
        Segments segments = Segments.of(graph, learnt, torch.form().segments());
        List<CompiledMethod> methods =
            TorchScriptMethod.of(graph, segments.list(), torch.layout(), type, products()).stream()
                .map(method -> new CompiledMethod(torch, method, real, constants))
                .toList();
        cut = new Cut(learnt, segments::carriesGradient, methods);
      }
    }
    return cut;
  }

  private retort.graph.DataType products() {
    return torch.form().halfProducts() ? retort.graph.DataType.BFLOAT16 : type;
  }

  private Map<String, PtNDArray> inputs(PtNDManager scope, Map<String, Tensor> arguments) {
    Map<String, PtNDArray> inputs = new HashMap<>();
    for (Graph.Input input : graph.inputs()) {
      Tensor argument = arguments.get(input.name());
      if (argument == null) {
        throw new IllegalArgumentException("no tensor is given for input '" + input.name() + "'");
      }
      inputs.put(input.name(), Torch.create(scope, argument, real));
    }
    return inputs;
  }
}

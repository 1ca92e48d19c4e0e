package retort.onnx;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Weight;

/**
 * Recognises the parameters of a file that does not name them: real-valued initialisers that are
 * weight, bias or scale of a convolution, a matrix product or a normalisation, or from which such a
 * weight is computed; a table of embeddings, of positions too; tokens set beside those of an image.
 * Running statistics of batch normalisation become buffers; the rest stays constant, as do the
 * frequencies of a time embedding and of rotary positions, learnt or not.
 */
final class LearntWeights {
  private final WeightSources origin;
  private final Map<String, Weight.Role> roles = new HashMap<>();

  private LearntWeights(Graph graph, Set<String> initializers) {
    origin = new WeightSources(graph, initializers);
  }

  /**
   * The graph with roles.
   *
   * @param graph a graph of which every weight is a constant
   * @param initializers the weights that may be learnt; others were constants in the file
   */
  static Graph recognise(Graph graph, Set<String> initializers) {
    LearntWeights learnt = new LearntWeights(graph, initializers);
    graph.nodes().forEach(learnt::look);
    Map<String, Weight> weights = new LinkedHashMap<>();
    graph
        .weights()
        .forEach(
            (name, weight) ->
                weights.put(
                    name,
                    new Weight(weight.value(), learnt.roles.getOrDefault(name, weight.role()))));
    return new Graph(graph.inputs(), weights, graph.nodes(), graph.outputs());
  }

  private void look(Node node) {
    switch (node.operator()) {
      case CONV, CONV_TRANSPOSE, GEMM -> mark(node, 1, 2);
      case LAYER_NORMALIZATION, GROUP_NORMALIZATION, GROUP_NORM -> {
        if (!isPlain(node)) {
          mark(node, 1, 2);
        }
      }
      case MAT_MUL -> mark(node, 0, 1);
      case P_RELU -> mark(node, 1);
      case BATCH_NORMALIZATION -> {
        mark(node, 1, 2);
        for (int i = 3; i < node.inputs().size(); i++) {
          origin
              .weight(node.inputs().get(i))
              .ifPresent(w -> roles.putIfAbsent(w, Weight.Role.BUFFER));
        }
      }
      case INSTANCE_NORMALIZATION -> {
        if (!isPartOfGroupNorm(node)) {
          mark(node, 1, 2);
        }
      }
      case GATHER -> {
        if (origin.isTable(node) && !isSinusoidal(node.inputs().get(0))) {
          mark(node, 0);
        }
      }
      case ADD -> {
        bias(node, false);
        positions(node);
      }
      case CONCAT -> tokens(node);
      case MUL -> bias(node, true);
      case SUB -> shift(node);
      case WHERE -> stand(node);
      default -> {
        // Weights of other operators are numbers of a formula.
      }
    }
  }

  private void mark(Node node, int... operands) {
    for (int i : operands) {
      if (i < node.inputs().size()) {
        String operand = node.inputs().get(i);
        for (String w : origin.sources(operand)) {
          // A single number repeated is one of a formula.
          if (w.equals(operand) || origin.value(w).elements() > 1) {
            roles.put(w, Weight.Role.PARAMETER);
          }
        }
      }
    }
  }

  /** Whether a normalisation has neither scale nor bias, for which an exporter writes ones. */
  private boolean isPlain(Node normalization) {
    List<String> inputs = normalization.inputs();
    return origin.isUnnamed(inputs.get(1))
        && origin.isFilled(inputs.get(1), 1)
        && (inputs.size() < 3 || origin.isFilled(inputs.get(2), 0));
  }

  /** A table added to what a weighted node makes of an image: embeddings of positions. */
  private void positions(Node node) {
    for (int i = 0; i < 2; i++) {
      Optional<String> table =
          origin.weight(node.inputs().get(i)).filter(w -> origin.isNamed(w) && !origin.isVector(w));
      boolean scored = origin.isScore(node.outputs().get(0));
      boolean fixed = table.map(this::isSinusoidal).orElse(true);
      if (!fixed && !scored && origin.source(node.inputs().get(1 - i), false).isPresent()) {
        roles.put(table.orElseThrow(), Weight.Role.PARAMETER);
      }
    }
  }

  /** Whether every row holds sines and cosines of the same angles, whose squares add up to one. */
  private boolean isSinusoidal(String name) {
    Tensor table = origin.value(origin.weight(name).orElse(name));
    double[] values = table.reals();
    int width = table.dim(table.rank() - 1);
    for (int row = 0; row < values.length; row += width) {
      double squares = 0;
      for (int i = row; i < row + width; i++) {
        squares += values[i] * values[i];
      }
      if (Math.abs(2 * squares - width) > 1e-3 * width) {
        return false;
      }
    }
    return true;
  }

  /** Initialisers joined to what is computed from an input, unless they are padding. */
  private void tokens(Node concat) {
    if (concat.inputs().stream().anyMatch(origin::isComputed)) {
      for (String operand : concat.inputs()) {
        origin
            .weight(operand)
            .filter(origin::isNamed)
            .filter(w -> !origin.isFilled(w, origin.value(w).reals()[0]))
            .ifPresent(w -> roles.put(w, Weight.Role.PARAMETER));
      }
    }
  }

  /** A vector added to the result of a weighted node, or that scales a normalised one. */
  private void bias(Node node, boolean scale) {
    boolean scored = origin.isScore(node.outputs().get(0));
    for (int i = 0; i < 2; i++) {
      Optional<String> vector = origin.weight(node.inputs().get(i)).filter(origin::isVector);
      Optional<Node> before = origin.source(node.inputs().get(1 - i), scale);
      boolean fits =
          before.filter(n -> !scale || n.operator() == Operator.INSTANCE_NORMALIZATION).isPresent()
              || (scale
                  && !scored
                  && vector.isPresent()
                  && isGain(vector.get(), node.inputs().get(1 - i)));
      if (vector.isPresent() && fits) {
        roles.put(vector.get(), Weight.Role.PARAMETER);
      }
    }
    shift(node);
  }

  /** A named vector that scales or shifts what a node with weights is behind. */
  private void shift(Node node) {
    for (int i = 0; i < 2; i++) {
      boolean fits =
          origin.isMade(node.inputs().get(1 - i)) && !origin.isScore(node.outputs().get(0));
      origin
          .weight(node.inputs().get(i))
          .filter(w -> fits)
          .filter(w -> WeightSources.isPath(w) || (origin.isNamed(w) && origin.isVector(w)))
          .filter(w -> origin.isVector(w) || origin.value(w).elements() == 1)
          .ifPresent(w -> roles.put(w, Weight.Role.PARAMETER));
    }
  }

  /** A vector that stands in for what is made of an image or a label, such as that of no label. */
  private void stand(Node where) {
    for (int i = 1; i < 3; i++) {
      boolean fits = origin.isMade(where.inputs().get(3 - i));
      origin
          .weight(where.inputs().get(i))
          .filter(w -> fits && origin.isNamed(w) && origin.isVector(w))
          .filter(w -> !origin.isFilled(w, origin.value(w).reals()[0]))
          .ifPresent(w -> roles.put(w, Weight.Role.PARAMETER));
    }
  }

  /** Whether a vector scales a value divided by its norm, or the result of a weighted node. */
  private boolean isGain(String vector, String other) {
    Node before = origin.producer(other).orElse(null);
    if (before == null || !origin.isNamed(vector)) {
      return false;
    }
    return switch (before.operator()) {
      case DIV -> origin.isNorm(before.inputs().get(1));
      case MUL -> before.inputs().stream().anyMatch(origin::isNorm);
      case LP_NORMALIZATION -> true;
      default -> origin.source(other, true).isPresent();
    };
  }

  /** Whether scale and bias are the ones and zeros around which a group norm is spelt out. */
  private boolean isPartOfGroupNorm(Node node) {
    Node before = origin.producer(node.inputs().get(0)).orElse(null);
    return before != null
        && before.operator() == Operator.RESHAPE
        && origin.isFilled(node.inputs().get(1), 1)
        && origin.isFilled(node.inputs().get(2), 0);
  }
}

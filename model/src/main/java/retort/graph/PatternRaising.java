package retort.graph;

import java.util.List;
import java.util.Optional;

/**
 * Finds operators that ONNX files spell out in many nodes and puts Retort's own in their place,
 * because the literal spelling trains slower and in more memory: Silu, Gelu, Mish, GroupNorm,
 * LayerNormalization, Attention and Softmax, as PyTorch, Keras and {@link Lowering} write them.
 *
 * <p>A spelling is replaced only where nothing else uses a value in its middle and the shapes are
 * those of the operator, so the result computes the same function. The names of results stay.
 */
public final class PatternRaising {
  /** In this order: a form with scale and bias is looked for before the same form without. */
  private static final List<Pattern> PATTERNS =
      List.of(
          EinsumPattern::product,
          ActivationPatterns::softmax,
          ActivationPatterns::silu,
          ActivationPatterns::mish,
          ActivationPatterns::gelu,
          TanhGeluPattern::match,
          GroupNormPatterns::standard,
          GroupNormPatterns::affine,
          LayerNormPatterns::affine,
          LayerNormPatterns::scaled,
          GroupNormPatterns::plain,
          LayerNormPatterns::plain,
          AttentionPatterns::forward,
          AttentionPatterns::transposed);

  private PatternRaising() {}

  /**
   * The same function with Retort's operators.
   *
   * <pre>{@code
   * Graph network = PatternRaising.raise(OnnxReader.readLiterally(path).graph());
   * }</pre>
   *
   * @throws GraphException when the graph cannot be typed
   */
  public static Graph raise(Graph graph) {
    Types types = Types.of(graph);
    Graph raised = Bypass.of(graph, node -> isPlain(node, types));
    Wiring wiring = new Wiring(raised);
    for (Pattern pattern : PATTERNS) {
      Graph next = raise(raised, pattern, wiring);
      wiring = next == raised ? wiring : new Wiring(next);
      raised = next;
    }
    return raised;
  }

  /** Whether a node gives its operand back: exporters write casts to the type that is there. */
  private static boolean isPlain(Node node, Types types) {
    return switch (node.operator()) {
      case IDENTITY -> true;
      case CAST, CAST_LIKE ->
          types.type(node.inputs().get(0)).type() == types.type(node.outputs().get(0)).type();
      default -> false;
    };
  }

  private static Graph raise(Graph graph, Pattern pattern, Wiring wiring) {
    Draft draft = new Draft(graph);
    boolean changed = false;
    for (Node node : graph.nodes()) {
      Optional<Pattern.Match> match =
          pattern.match(node, wiring).filter(found -> wiring.isClosed(found.inside(), node));
      if (match.isPresent()) {
        match.get().replacement().accept(draft);
        changed = true;
      } else {
        draft.append(node);
      }
    }
    return changed ? draft.build().pruned() : graph;
  }
}

package retort.graph;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Follows a number that served a whole batch and has become one for each image. Until it meets the
 * axis that was made for it, it is kept as {@code [N, 1, ...]}, with one axis more than before.
 */
final class LiftedNumbers {
  private static final Set<Operator> ELEMENTWISE =
      Set.of(
          Operator.CAST,
          Operator.IDENTITY,
          Operator.ADD,
          Operator.SUB,
          Operator.MUL,
          Operator.DIV,
          Operator.EXP,
          Operator.LOG,
          Operator.SQRT,
          Operator.SIN,
          Operator.COS,
          Operator.NEG);

  private final Types before;
  private final BatchRewrite graph;

  /** Values with one axis more than in the old graph. */
  private final Set<String> lifted = new HashSet<>();

  LiftedNumbers(Graph old, Types before, BatchRewrite graph) {
    this.before = before;
    this.graph = graph;
    for (Graph.Input input : old.inputs()) {
      if (input.shape().rank() == 0) {
        lifted.add(input.name());
      }
    }
  }

  /** Adds what a node becomes, if it works on such a number. */
  boolean rewrite(Node node) {
    boolean mine = node.inputs().stream().anyMatch(lifted::contains);
    if (mine) {
      lift(node);
    }
    return mine;
  }

  /** A node that works on a number which has become one for each image. */
  private void lift(Node node) {
    String y = node.outputs().get(0);
    int rank = before.type(y).shape().rank();
    String first = node.inputs().get(0);
    switch (node.operator()) {
      case UNSQUEEZE, RESHAPE, EXPAND -> {
        boolean single =
            graph.shape(first).dims().stream().skip(1).allMatch(Dim.of(1)::equals)
                && lifted.contains(first);
        Shape old = before.type(y).shape();
        boolean ones = old.dims().stream().skip(1).allMatch(Dim.of(1)::equals);
        boolean mine = rank > 0 && (old.dim(0).equals(Dim.of(1)) || old.dim(0).equals(Dim.BATCH));
        if (single && ones && mine) {
          long[] target = new long[rank];
          Arrays.fill(target, 1);
          target[0] = -1;
          String shape = graph.constant(y + "/open", target);
          graph.append(
              new Node(Operator.RESHAPE, Attributes.none(), List.of(first, shape), node.outputs()));
          return;
        }
        if (node.operator() == Operator.UNSQUEEZE && isFront(node)) {
          graph.append(
              new Node(Operator.IDENTITY, Attributes.none(), List.of(first), node.outputs()));
          return;
        }
      }
      case GATHER -> {
        if (!lifted.contains(first) && node.attributes().integer("axis", 0) == 0) {
          graph.append(node);
          lifted.add(y);
          return;
        }
      }
      case CONCAT -> {
        int old = before.type(y).shape().rank();
        long along = node.attributes().integer("axis", 0);
        if (node.inputs().stream().allMatch(lifted::contains)) {
          Attributes later = Attributes.none().with("axis", along < 0 ? along : along + 1);
          graph.append(new Node(node.operator(), later, node.inputs(), node.outputs()));
          lifted.add(y);
          return;
        }
        throw new GraphException(node.label() + " joins a time of rank " + old + " to others");
      }
      default -> {
        if (ELEMENTWISE.contains(node.operator())) {
          List<String> operands = node.inputs().stream().map(x -> lifted(x, rank, y)).toList();
          graph.append(new Node(node.operator(), node.attributes(), operands, node.outputs()));
          lifted.add(y);
          return;
        }
      }
    }
    throw new GraphException(node.label() + " works on a number that should be one for each image");
  }

  private boolean isFront(Node unsqueeze) {
    Optional<Tensor> axes = before.constant(unsqueeze.inputs().get(1));
    return axes.isPresent() && Arrays.equals(axes.get().integers(), new long[] {0});
  }

  /** An operand of rank {@code rank} after its batch axis. */
  private String lifted(String x, int rank, String stem) {
    if (!lifted.contains(x) || graph.shape(x).rank() == rank + 1) {
      return x;
    }
    long[] target = new long[rank + 1];
    Arrays.fill(target, 1);
    target[0] = -1;
    Shape shape = graph.shape(x);
    for (int i = 1; i < shape.rank(); i++) {
      target[target.length - shape.rank() + i] = shape.dim(i).constant();
    }
    return graph.add(
        stem + "/wide",
        Operator.RESHAPE,
        Attributes.none(),
        x,
        graph.constant(stem + "/ones", target));
  }
}

package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Scaled dot-product attention in many nodes: {@code MatMul(Softmax(MatMul(q, k^T)), v)}, with a
 * constant scale on q, on k or on the scores.
 */
final class AttentionPatterns {
  private AttentionPatterns() {}

  /** The softmax of scaled scores. */
  private record Scores(String q, String keys, double scale, List<Node> inside) {}

  /** {@code weights * v}. */
  static Optional<Pattern.Match> forward(Node last, Wiring wiring) {
    if (last.operator() != Operator.MAT_MUL) {
      return Optional.empty();
    }
    Optional<Scores> scores = scores(last.inputs().get(0), wiring);
    String v = last.inputs().get(1);
    if (scores.isEmpty() || !fits(scores.get(), wiring.shape(v), wiring)) {
      return Optional.empty();
    }
    List<Node> inside = new ArrayList<>(scores.get().inside());
    inside.add(last);
    String y = Wiring.result(last);
    return Optional.of(
        Pattern.Match.of(inside, draft -> attend(draft, y, y, scores.get(), v, wiring)));
  }

  /** {@code v^T * weights^T}: the same with every matrix transposed. */
  static Optional<Pattern.Match> transposed(Node last, Wiring wiring) {
    if (last.operator() != Operator.MAT_MUL) {
      return Optional.empty();
    }
    Optional<Node> turned = wiring.producer(last.inputs().get(1), Operator.TRANSPOSE);
    if (turned.isEmpty() || !swapsLastTwo(turned.get(), wiring)) {
      return Optional.empty();
    }
    Optional<Scores> scores = scores(turned.get().inputs().get(0), wiring);
    String values = last.inputs().get(0);
    if (scores.isEmpty() || !fits(scores.get(), swapped(wiring.shape(values)), wiring)) {
      return Optional.empty();
    }
    List<Node> inside = new ArrayList<>(scores.get().inside());
    inside.addAll(List.of(turned.get(), last));
    String y = Wiring.result(last);
    return Optional.of(
        Pattern.Match.of(
            inside,
            draft -> {
              String v = transpose(draft, values, y + "/values", wiring);
              String attended = draft.fresh(y + "/attended");
              attend(draft, attended, y, scores.get(), v, wiring);
              draft.result(y, Operator.TRANSPOSE, swap(wiring.shape(values).rank()), attended);
            }));
  }

  private static Optional<Scores> scores(String value, Wiring wiring) {
    Optional<Node> softmax = wiring.producer(value, Operator.SOFTMAX);
    if (softmax.isEmpty()) {
      return Optional.empty();
    }
    int rank = wiring.shape(value).rank();
    long axis = softmax.get().attributes().integer("axis", -1);
    ActivationPatterns.Scaled scaled =
        ActivationPatterns.unscaled(softmax.get().inputs().get(0), wiring);
    Optional<Node> product = wiring.producer(scaled.value(), Operator.MAT_MUL);
    if (product.isEmpty() || (axis != -1 && axis != rank - 1)) {
      return Optional.empty();
    }
    ActivationPatterns.Scaled q =
        ActivationPatterns.unscaled(product.get().inputs().get(0), wiring);
    ActivationPatterns.Scaled k =
        ActivationPatterns.unscaled(product.get().inputs().get(1), wiring);
    List<Node> inside = new ArrayList<>(List.of(softmax.get(), product.get()));
    inside.addAll(scaled.inside());
    inside.addAll(q.inside());
    String keys = k.value();
    double scale = scaled.factor() * q.factor() * k.factor();
    inside.addAll(k.inside());
    return Optional.of(new Scores(q.value(), keys, scale, inside));
  }

  /** Whether all three are batches of matrices with the same leading dimensions. */
  private static boolean fits(Scores scores, Shape v, Wiring wiring) {
    Shape q = wiring.shape(scores.q());
    Shape keys = wiring.shape(scores.keys());
    int rank = q.rank();
    return (rank == 3 || rank == 4)
        && keys.rank() == rank
        && v.rank() == rank
        && q.dims().subList(0, rank - 2).equals(keys.dims().subList(0, rank - 2))
        && q.dims().subList(0, rank - 2).equals(v.dims().subList(0, rank - 2))
        && q.dim(rank - 1).isKnown();
  }

  private static void attend(
      Draft draft, String result, String stem, Scores scores, String v, Wiring wiring) {
    Shape shape = wiring.shape(scores.q());
    double usual = 1 / Math.sqrt((double) shape.dim(shape.rank() - 1).constant());
    Attributes attributes =
        Wiring.near(scores.scale(), usual)
            ? Attributes.none()
            : Attributes.none().with("scale", Standardization.decimal(scores.scale()));
    String k = transpose(draft, scores.keys(), stem + "/keys", wiring);
    if (shape.rank() == 4) {
      draft.result(result, Operator.ATTENTION, attributes, scores.q(), k, v);
      return;
    }
    String axis = draft.integers(stem + "/heads", 1);
    String heads =
        draft.add(
            stem + "/one_head",
            Operator.ATTENTION,
            attributes,
            draft.add(stem + "/q", Operator.UNSQUEEZE, Attributes.none(), scores.q(), axis),
            draft.add(stem + "/k", Operator.UNSQUEEZE, Attributes.none(), k, axis),
            draft.add(stem + "/v", Operator.UNSQUEEZE, Attributes.none(), v, axis));
    draft.result(result, Operator.SQUEEZE, Attributes.none(), heads, axis);
  }

  /** A value with its last two axes swapped, taking back a transposition where there is one. */
  private static String transpose(Draft draft, String value, String stem, Wiring wiring) {
    int rank = wiring.shape(value).rank();
    Optional<Node> turned = wiring.producer(value, Operator.TRANSPOSE);
    if (turned.isEmpty()) {
      return draft.add(stem, Operator.TRANSPOSE, swap(rank), value);
    }
    long[] order = permutation(turned.get(), rank);
    long last = order[rank - 1];
    order[rank - 1] = order[rank - 2];
    order[rank - 2] = last;
    String source = turned.get().inputs().get(0);
    for (int i = 0; i < rank; i++) {
      if (order[i] != i) {
        return draft.add(stem, Operator.TRANSPOSE, Attributes.none().with("perm", order), source);
      }
    }
    return source;
  }

  private static boolean swapsLastTwo(Node node, Wiring wiring) {
    int rank = wiring.shape(node.inputs().get(0)).rank();
    return rank >= 2
        && Arrays.equals(permutation(node, rank), swap(rank).integers("perm", new long[0]));
  }

  private static long[] permutation(Node transpose, int rank) {
    long[] reversed = LongStream.range(0, rank).map(i -> rank - 1 - i).toArray();
    return transpose.attributes().integers("perm", reversed);
  }

  private static Attributes swap(int rank) {
    long[] order = LongStream.range(0, rank).toArray();
    order[rank - 2] = rank - 1L;
    order[rank - 1] = rank - 2L;
    return Attributes.none().with("perm", order);
  }

  private static Shape swapped(Shape shape) {
    int rank = shape.rank();
    if (rank < 2) {
      return shape;
    }
    List<Dim> dims = new ArrayList<>(shape.dims());
    Collections.swap(dims, rank - 2, rank - 1);
    return new Shape(dims);
  }
}

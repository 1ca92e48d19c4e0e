package retort.graph;

import java.util.stream.DoubleStream;

/** Softmax and what is built on it. */
final class Softmax {
  private Softmax() {}

  /** Weights that sum to 1 along an axis. */
  static Rule weights() {
    return new SingleResult(
        SingleResult::likeReal,
        (site, type) -> Lanes.mapped(site.value(0), axis(site), Softmax::weights),
        s -> TorchText.call("softmax", s.in(0), axis(s.site())));
  }

  /** The logarithms of such weights. */
  static Rule logarithms() {
    return new SingleResult(
        SingleResult::likeReal,
        (site, type) ->
            Lanes.mapped(
                site.value(0),
                axis(site),
                lane -> {
                  double total = logSumExp(lane);
                  return DoubleStream.of(lane).map(x -> x - total).toArray();
                }),
        s -> TorchText.call("log_softmax", s.in(0), axis(s.site())));
  }

  private static int axis(Site site) {
    return site.axis(site.attributes().integer("axis", -1), site.rank(0));
  }

  private static double[] weights(double... lane) {
    double max = DoubleStream.of(lane).max().orElse(0);
    double[] weights = DoubleStream.of(lane).map(x -> Math.exp(x - max)).toArray();
    double sum = DoubleStream.of(weights).sum();
    return DoubleStream.of(weights).map(x -> x / sum).toArray();
  }

  /** log sum exp x, without overflow. */
  static double logSumExp(double... values) {
    double max = DoubleStream.of(values).max().orElse(Double.NEGATIVE_INFINITY);
    if (Double.isInfinite(max)) {
      return max;
    }
    return max + Math.log(DoubleStream.of(values).map(x -> Math.exp(x - max)).sum());
  }

  /**
   * Softmax(scale q k') v for queries [B, H, L, d], keys [B, H, S, d] and values [B, H, S, e], by
   * default with scale 1 / sqrt(d).
   */
  static Rule attention() {
    return new SingleResult(
        Softmax::attentionType,
        (site, type) -> {
          Tensor q = site.value(0);
          Tensor k = Walk.permuted(site.value(1), 0, 1, 3, 2);
          double scale = scale(site);
          Tensor scores = MatrixProduct.product(q, k, q.dim(0), q.dim(1), q.dim(2), k.dim(3));
          Tensor scaled = Elementwise.map(scores, x -> x * scale, x -> x);
          Tensor weights = Lanes.mapped(scaled, 3, Softmax::weights);
          return MatrixProduct.product(weights, site.value(2), type.shape().at(0));
        },
        s ->
            TorchText.call(
                "scaled_dot_product_attention",
                s.in(0),
                s.in(1),
                s.in(2),
                "None",
                "0.",
                "False",
                "scale=" + ScriptSite.number(scale(s.site()))));
  }

  private static TensorType attentionType(Site site) {
    SingleResult.likeReal(site);
    for (int i = 0; i < 3; i++) {
      if (site.rank(i) != 4) {
        throw site.fail("operand " + i + " must be of rank 4: batch, head, position, channel");
      }
    }
    int[] q = site.shape(0);
    int[] k = site.shape(1);
    int[] v = site.shape(2);
    boolean fit = k[3] == q[3] && v[2] == k[2];
    for (int axis = 0; axis < 2; axis++) {
      fit &= k[axis] == q[axis] && v[axis] == q[axis];
    }
    if (!fit) {
      throw site.fail(
          "queries, keys and values do not fit: "
              + Shape.of(q[0], q[1], q[2], q[3])
              + ", "
              + Shape.of(k[0], k[1], k[2], k[3])
              + ", "
              + Shape.of(v[0], v[1], v[2], v[3]));
    }
    return TensorType.of(Elementwise.sameType(site, 0, 3), q[0], q[1], q[2], v[3]);
  }

  private static double scale(Site site) {
    return site.attributes().real("scale", 1 / Math.sqrt(site.shape(0)[3]));
  }
}

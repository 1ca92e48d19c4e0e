package retort.exporter.deploy;

import retort.graph.ConstantFolding;
import retort.graph.Graph;
import retort.graph.Lowering;

/**
 * The form of a generator that ONNX Runtime runs fastest on a CPU: fewer passes over the image and
 * fewer nodes, the same function up to rounding. Only operators of ONNX itself, so that the file
 * runs elsewhere too.
 */
final class CpuForm {
  private CpuForm() {}

  /** Rewrites a graph of which everything constant is folded. */
  static Graph of(Graph generator) {
    if (Uses.hasOurNames(generator)) {
      return ConstantFolding.foldAll(Lowering.lower(generator));
    }
    Graph ordered = AttentionOrder.apply(generator);
    Graph scaled = ResidualScale.fold(ordered);
    Graph projected = ProjectionFirst.apply(scaled);
    Graph merged = SharedEmbedding.merge(projected);
    return ChannelAffine.fuse(ConstantFolding.foldAll(Lowering.lower(merged)));
  }
}

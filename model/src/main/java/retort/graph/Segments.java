package retort.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A loss cut into parts that follow each other, so that its gradient needs what autograd keeps of
 * one part at a time: all but the last are first computed without gradients, and only the values
 * that a later part reads are held; then, from the last to the first, each is computed again with
 * gradients and differentiated (Chen et al. 2016). Cut where one network ends and the next begins,
 * it is the split backward pass of a loss through several networks.
 *
 * <p>Cuts lie near equal shares of what autograd keeps, where the fewest bytes have to be held:
 * between two networks if that is near, since only images pass there.
 */
public final class Segments {
  /** How far a cut may lie from an equal share, as a part of such a share. */
  private static final double REACH = 0.25;

  /**
   * Consecutive nodes.
   *
   * @param from the first of them
   * @param to the one after the last
   */
  public record Segment(int from, int to) {}

  private final Graph graph;
  private final KeptValues kept;
  private final List<Segment> segments;

  private Segments(Graph graph, KeptValues kept, List<Segment> segments) {
    this.graph = graph;
    this.kept = kept;
    this.segments = segments;
  }

  /**
   * Cuts a graph.
   *
   * @param graph a loss
   * @param learnt the weights that gradients are wanted of
   * @param count how many segments; there are fewer where the graph has not as many nodes
   */
  public static Segments of(Graph graph, Set<String> learnt, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a graph has at least 1 segment, not " + count);
    }
    Types types = Types.of(graph);
    KeptValues kept = new KeptValues(graph, types, learnt);
    List<Integer> cuts = new Cuts(graph, types, kept).near(count);
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    for (int to : cuts) {
      segments.add(new Segment(from, to));
      from = to;
    }
    segments.add(new Segment(from, graph.nodes().size()));
    return new Segments(graph, kept, List.copyOf(segments));
  }

  /** The segments in order; together they are the graph. */
  public List<Segment> list() {
    return segments;
  }

  /** Whether a gradient passes through a value on its way to the weights that learn. */
  public boolean carriesGradient(String value) {
    return kept.needs(value);
  }

  /**
   * The most that is held at one time for a number of images: what autograd keeps of a segment,
   * with the values that pass between segments and their gradients.
   */
  public long bytes(int images) {
    Map<String, Passing> passing = passing();
    long most = 0;
    for (int i = 0; i < segments.size(); i++) {
      most = Math.max(most, kept(i, passing, images) + held(i, passing.values(), images));
    }
    return most;
  }

  /** A value that passes from one segment to later ones. */
  private record Passing(String value, int from, int to) {}

  private Map<String, Passing> passing() {
    Map<String, Integer> made = new HashMap<>();
    Map<String, Passing> passing = new HashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      for (int n = segments.get(i).from(); n < segments.get(i).to(); n++) {
        Node node = graph.nodes().get(n);
        for (String operand : node.inputs()) {
          String root = kept.root(operand);
          int from = made.getOrDefault(root, i);
          if (from < i) {
            passing.put(root, new Passing(root, from, i));
          }
        }
        for (String result : node.outputs()) {
          if (!result.isEmpty()) {
            made.putIfAbsent(kept.root(result), i);
          }
        }
      }
    }
    return passing;
  }

  private long kept(int segment, Map<String, Passing> passing, int images) {
    Set<String> distinct = new HashSet<>();
    long bytes = 0;
    for (int n = segments.get(segment).from(); n < segments.get(segment).to(); n++) {
      distinct.addAll(kept.of(n));
      bytes += kept.drawn(n, images);
    }
    for (String value : distinct) {
      Passing held = passing.get(value);
      bytes += held != null && held.from() < segment ? 0 : kept.bytes(value, images);
    }
    return bytes;
  }

  /** What passes, while a segment is differentiated: values made before it or by it. */
  private long held(int segment, Collection<Passing> passing, int images) {
    long bytes = 0;
    for (Passing value : passing) {
      if (value.from() <= segment) {
        boolean gradient = value.to() >= segment && carriesGradient(value.value());
        bytes += (gradient ? 2 : 1) * kept.bytes(value.value(), images);
      }
    }
    return bytes;
  }

  /** Places to cut at: before a node. */
  private static final class Cuts {
    /** For each place, what the nodes before it keep of an image. */
    private final long[] kept;

    /** For each place, what passes it, where it may be cut. */
    private final long[] passing;

    private final boolean[] closed;

    Cuts(Graph graph, Types types, KeptValues values) {
      int nodes = graph.nodes().size();
      kept = new long[nodes + 1];
      passing = new long[nodes + 1];
      closed = new boolean[nodes + 1];
      Map<String, Integer> made = new HashMap<>();
      Map<String, Integer> used = new HashMap<>();
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < nodes; i++) {
        Node node = graph.nodes().get(i);
        kept[i + 1] = kept[i] + values.drawn(i, 1);
        for (String value : values.of(i)) {
          kept[i + 1] += seen.add(value) ? values.bytes(value, 1) : 0;
        }
        for (String operand : node.inputs()) {
          used.put(values.root(operand), i);
        }
        for (String result : node.outputs()) {
          if (!result.isEmpty()) {
            made.putIfAbsent(values.root(result), i);
          }
        }
      }
      made.forEach(
          (value, from) -> {
            TensorType type = types.type(value);
            long bytes = values.bytes(value, 1);
            for (int i = from + 1; i <= used.getOrDefault(value, from); i++) {
              passing[i] += bytes;
              // The engine has no arrays of this type outside its scripts.
              closed[i] |= type.type() == DataType.BFLOAT16;
            }
          });
    }

    List<Integer> near(int count) {
      int nodes = kept.length - 1;
      if (count >= nodes) {
        return IntStream.range(1, nodes).filter(i -> !closed[i]).boxed().toList();
      }
      double share = (double) kept[nodes] / count;
      List<Integer> cuts = new ArrayList<>();
      int last = 0;
      for (int j = 1; j < count; j++) {
        int cut = best(last + 1, share * j, share * REACH);
        if (cut > 0) {
          cuts.add(cut);
          last = cut;
        }
      }
      return cuts;
    }

    /** Within reach of a target the place that the fewest bytes pass, else the nearest one. */
    private int best(int first, double target, double reach) {
      int best = 0;
      for (int i = first; i < kept.length - 1; i++) {
        if (!closed[i] && (best == 0 || isBetter(i, best, target, reach))) {
          best = i;
        }
      }
      return best;
    }

    private boolean isBetter(int i, int best, double target, double reach) {
      double distance = Math.abs(kept[i] - target);
      double before = Math.abs(kept[best] - target);
      if (distance > reach || before > reach) {
        return distance < before;
      }
      return passing[i] < passing[best] || (passing[i] == passing[best] && distance < before);
    }
  }
}

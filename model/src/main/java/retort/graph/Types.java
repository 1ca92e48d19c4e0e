package retort.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Types of all values of a graph, with the batch size left open.
 *
 * <p>Operators infer shapes for one known batch size. Every shape that arises is affine in the
 * batch size N, so two such inferences determine it and a third confirms it; the same holds for the
 * integers that a network computes from its shapes. The batch sizes probed are large primes, which
 * no real dimension equals by chance.
 */
public final class Types {
  private static final long FIRST = 1009;
  private static final long SECOND = 1013;
  private static final long THIRD = 2003;

  private final Probe first = new Probe(FIRST);
  private final Probe second = new Probe(SECOND);
  private final Probe third = new Probe(THIRD);

  /** Nothing yet; whoever makes a graph adds as it goes. */
  public Types() {}

  /**
   * Infers all types.
   *
   * @throws GraphException when operands do not fit, or a shape is not affine in the batch size
   */
  public static Types of(Graph graph) {
    Types types = new Types();
    graph.inputs().forEach(types::addInput);
    graph.weights().forEach(types::addWeight);
    graph.nodes().forEach(types::add);
    return types;
  }

  public void addInput(Graph.Input input) {
    first.addInput(input);
    second.addInput(input);
    third.addInput(input);
  }

  public void addWeight(String name, Weight weight) {
    first.addWeight(name, weight);
    second.addWeight(name, weight);
    third.addWeight(name, weight);
  }

  /**
   * Adds a node.
   *
   * @throws GraphException when an operand was not added before, or operands do not fit
   */
  public void add(Node node) {
    first.add(node);
    second.add(node);
    third.add(node);
  }

  /** Whether a value of this name was added. */
  boolean knows(String name) {
    return first.knows(name);
  }

  /** Type and shape of a value. */
  public TensorType type(String name) {
    TensorType at = first.type(name);
    Shape later = second.type(name).shape();
    Shape last = third.type(name).shape();
    if (later.rank() != at.shape().rank() || last.rank() != later.rank()) {
      throw new GraphException("the rank of '" + name + "' depends on the batch size");
    }
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < later.rank(); axis++) {
      dims.add(
          affine(
              name,
              at.shape().dim(axis).constant(),
              later.dim(axis).constant(),
              last.dim(axis).constant()));
    }
    return new TensorType(at.type(), new Shape(dims));
  }

  /** The value, where it is small, known beforehand and the same for every batch size. */
  public Optional<Tensor> constant(String name) {
    return first
        .constant(name)
        .filter(value -> second.constant(name).map(value::sameAs).orElse(false));
  }

  /** The integers of a value that is constant or follows from shapes, in row-major order. */
  Optional<List<Dim>> integers(String name) {
    Optional<Tensor> value = first.constant(name);
    if (value.isEmpty() || value.get().type().isFloating()) {
      return Optional.empty();
    }
    long[] at = value.get().integers();
    long[] later = integers(second, name);
    long[] last = integers(third, name);
    if (later.length != at.length || last.length != at.length) {
      return Optional.empty();
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < at.length; i++) {
      dims.add(affine(name, at[i], later[i], last[i]));
    }
    return Optional.of(dims);
  }

  private static long[] integers(Probe probe, String name) {
    return probe.constant(name).map(Tensor::integers).orElse(new long[0]);
  }

  /** Everything the TorchScript text of a node may need. */
  ScriptSite script(Node node, IntFunction<String> names) {
    Site site = first.site(node, this::forText);
    List<Optional<List<Dim>>> integers = new ArrayList<>();
    List<TensorType> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      integers.add(name.isEmpty() ? Optional.empty() : integers(name));
      inputs.add(name.isEmpty() ? TensorType.of(DataType.FLOAT32) : type(name));
    }
    return new ScriptSite(
        site, names, integers, inputs, node.outputs().stream().map(this::type).toList());
  }

  /** A value as a text may spell it out; integers that grow with the batch stay as probed. */
  private Optional<Tensor> forText(String name) {
    return first
        .constant(name)
        .filter(value -> !value.type().isFloating() || constant(name).isPresent());
  }

  private static Dim affine(String name, long at, long later, long last) {
    if (at == later && later == last) {
      return Dim.of(at);
    }
    long perBatch = (later - at) / (SECOND - FIRST);
    Dim dim = new Dim(at - perBatch * FIRST, perBatch);
    if (dim.at(SECOND) != later || dim.at(THIRD) != last) {
      throw new GraphException(
          "a dimension of '"
              + name
              + "' is not a multiple of the batch size plus a constant; fix the batch size of the"
              + " model when exporting it");
    }
    return dim;
  }
}

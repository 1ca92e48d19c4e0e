package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Makes a network that was exported for one batch size, or with one time for a whole batch, take
 * any.
 *
 * <p>A fixed batch leaves its size in constants that decide shapes. Each is rewritten so that the
 * batch stays open (see {@link BatchRewrite}); where an operator leaves no room for that, nothing
 * is guessed and the network is refused. Networks of moderate size are also run both ways on random
 * images and must agree.
 */
public final class BatchOpening {
  /** Networks that cost more multiply-adds for one image are not run to check the result. */
  private static final long MAX_CHECKED = 500_000_000;

  private static final double TOLERANCE = 1e-6;

  private BatchOpening() {}

  /**
   * The same network for every batch size N.
   *
   * @param graph a network whose inputs have a first dimension that counts images, open or fixed; a
   *     number, or one in a dimension of 1, serves the whole batch, and has one for each image
   *     afterwards
   * @param image the input that decides how many images there are
   * @throws GraphException when the batch size is built into the network
   */
  public static Graph open(Graph graph, String image) {
    Graph.Input images =
        graph
            .input(image)
            .orElseThrow(
                () ->
                    new GraphException(
                        "there is no input '"
                            + image
                            + "'; the inputs are "
                            + graph.inputs().stream().map(Graph.Input::name).toList()));
    List<Graph.Input> inputs = graph.inputs().stream().map(BatchOpening::opened).toList();
    if (inputs.equals(graph.inputs())) {
      return graph;
    }
    Dim first = images.shape().dim(0);
    long batch = first.isKnown() ? first.constant() : 1;
    for (Graph.Input input : graph.inputs()) {
      Dim dim = input.shape().rank() == 0 ? Dim.of(1) : input.shape().dim(0);
      if (dim.isKnown() && dim.constant() != 1 && dim.constant() != batch) {
        throw new GraphException(
            "input '"
                + input.name()
                + "' is "
                + input.shape()
                + " but '"
                + image
                + "' is "
                + images.shape()
                + ": the first dimension of both should count images");
      }
    }
    try {
      Graph opened = new BatchRewrite(graph, inputs, image, batch).rewrite();
      if (Cost.of(opened).multiplyAdds() <= MAX_CHECKED) {
        requireAgreement(graph, opened, Math.toIntExact(batch));
      }
      return opened;
    } catch (GraphException e) {
      throw new GraphException(
          "it was exported for a fixed batch ("
              + graph.inputs().stream().map(i -> i.name() + " " + i.shape()).toList()
              + "), which is built in: "
              + e.getMessage()
              + ". Export it with a dynamic batch dimension on every input",
          e);
    }
  }

  private static Graph.Input opened(Graph.Input input) {
    List<Dim> dims = new ArrayList<>(input.shape().dims());
    if (dims.isEmpty()) {
      dims.add(Dim.BATCH);
    }
    dims.set(0, Dim.BATCH);
    return new Graph.Input(input.name(), input.type(), new Shape(dims));
  }

  /** Runs two batches one after the other in the old network and together in the new one. */
  private static void requireAgreement(Graph old, Graph opened, int batch) {
    Random random = new Random(1);
    Map<String, Tensor> together = new LinkedHashMap<>();
    List<Map<String, Tensor>> apart = List.of(new HashMap<>(), new HashMap<>());
    for (Graph.Input input : old.inputs()) {
      int[] shape = input.shape().at(batch);
      int images = opened.input(input.name()).orElseThrow().shape().at(batch)[0];
      int row = Tensor.elements(shape);
      double[] values = new double[2 * images * (row / (shape.length == 0 ? 1 : shape[0]))];
      for (int i = 0; i < values.length; i++) {
        boolean shared = row < values.length / 2 && i % (values.length / 2) > 0;
        values[i] =
            shared
                ? values[i - 1]
                : input.type().isFloating() ? positive(random, input) : random.nextInt(2);
      }
      for (int half = 0; half < 2; half++) {
        int start = half * values.length / 2;
        apart
            .get(half)
            .put(
                input.name(),
                tensor(input.type(), shape, Arrays.copyOfRange(values, start, start + row)));
      }
      int[] wide = opened.input(input.name()).orElseThrow().shape().at(2L * images);
      together.put(input.name(), tensor(input.type(), wide, values));
    }
    Map<String, Tensor> results = Interpreter.run(opened, together);
    List<Map<String, Tensor>> expected = apart.stream().map(f -> Interpreter.run(old, f)).toList();
    for (String name : old.outputs()) {
      double[] actual = Objects.requireNonNull(results.get(name)).reals();
      double[] first = Objects.requireNonNull(expected.get(0).get(name)).reals();
      double[] second = Objects.requireNonNull(expected.get(1).get(name)).reals();
      double largest = 1e-6;
      double difference = actual.length == first.length + second.length ? 0 : 1;
      for (int i = 0; difference < 1 && i < actual.length; i++) {
        double wanted = i < first.length ? first[i] : second[i - first.length];
        largest = Math.max(largest, Math.abs(wanted));
        difference = Math.max(difference, Math.abs(actual[i] - wanted));
      }
      if (!(difference <= TOLERANCE * largest)) {
        throw new GraphException("images of one batch change each other in '" + name + "'");
      }
    }
  }

  /** A pixel, or a time or weight, of which networks may take the logarithm. */
  private static double positive(Random random, Graph.Input input) {
    return input.shape().rank() == 4 ? random.nextGaussian() : 0.1 + 0.8 * random.nextDouble();
  }

  private static Tensor tensor(DataType type, int[] shape, double[] values) {
    if (type.isFloating()) {
      return Tensor.reals(type, shape, values);
    }
    long[] integers = Arrays.stream(values).mapToLong(v -> (long) v).toArray();
    return Tensor.integers(type, shape, integers);
  }
}

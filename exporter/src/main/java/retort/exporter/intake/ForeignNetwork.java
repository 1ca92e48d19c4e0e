package retort.exporter.intake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import retort.denoiser.DenoiserModel;
import retort.denoiser.NetworkConvention;
import retort.graph.Graph;
import retort.graph.Weight;

/** A denoiser of a network that somebody exported to ONNX. */
public final class ForeignNetwork {
  private ForeignNetwork() {}

  /**
   * Wraps the network.
   *
   * @param network as the file has it
   * @param producer the program that wrote the file
   * @param convention what is known of it
   * @param frozen names of weights that stay as they are in training
   * @param remarks what was guessed of it
   */
  public static Intake of(
      Graph network,
      String producer,
      NetworkConvention convention,
      Predicate<String> frozen,
      List<String> remarks) {
    Graph denoiser = freeze(convention.denoiser(network), frozen);
    int labels = convention.signature().label().map(label -> label.labels()).orElse(0);
    Map<String, String> properties = new TreeMap<>(convention.trained().properties());
    DenoiserModel model =
        new DenoiserModel(
            denoiser,
            0.5,
            IntStream.range(0, labels).mapToObj(Integer::toString).toList(),
            properties);
    return new Intake(
        model,
        network,
        "ONNX" + (producer.isEmpty() ? "" : " by " + producer),
        "as the file has it",
        convention.prediction() + ", " + convention.trained(),
        false,
        new ArrayList<>(remarks));
  }

  private static Graph freeze(Graph graph, Predicate<String> frozen) {
    Map<String, Weight> weights = new LinkedHashMap<>();
    graph
        .weights()
        .forEach(
            (name, weight) ->
                weights.put(
                    name,
                    weight.role() == Weight.Role.PARAMETER && frozen.test(name)
                        ? Weight.buffer(weight.value())
                        : weight));
    return new Graph(graph.inputs(), weights, graph.nodes(), graph.outputs());
  }
}

package retort.exporter.intake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.Configuration;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.network.Arguments;
import retort.network.PublishedWeights;

/** A published network that is being built again from its arguments and its tensors. */
final class Construction {
  private final Checkpoint checkpoint;
  private final Configuration configuration;
  private final Arguments arguments;
  private final List<String> remarks = new ArrayList<>();

  Construction(Checkpoint checkpoint, Configuration configuration) {
    this.checkpoint = checkpoint;
    this.configuration = configuration;
    arguments = new Arguments(configuration.arguments());
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  String className() {
    return configuration.className();
  }

  Arguments arguments() {
    return arguments;
  }

  void remark(String sentence) {
    remarks.add(sentence);
  }

  /**
   * The file's tensors by the names of the inner network.
   *
   * @param prefix before these names in the file; a file of the inner network alone has none
   * @param ignored names of tensors that follow from the arguments
   */
  PublishedWeights weights(String prefix, Set<String> ignored) {
    return new PublishedWeights(tensors(checkpoint, prefix, ignored));
  }

  /** The same as a map. */
  static Map<String, Tensor> tensors(Checkpoint checkpoint, String prefix, Set<String> ignored) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    checkpoint
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!ignored.contains(name)) {
                tensors.put(
                    name.startsWith(prefix) ? name.substring(prefix.length()) : name, tensor);
              }
            });
    return tensors;
  }

  /**
   * Whether a file with a convention of its own for whole runs holds only a network, as SiD's
   * snapshots of generators do.
   */
  boolean holdsNothingBeside() {
    return checkpoint.configuration().isPresent() && checkpoint.notes().isEmpty();
  }

  /** The denoiser and what was understood. */
  Intake intake(
      Graph denoiser,
      Graph network,
      double sigmaData,
      String architecture,
      String convention,
      String licence,
      boolean generator,
      Map<String, String> properties) {
    if (!arguments.unread().isEmpty()) {
      remark(
          "the file's arguments "
              + String.join(", ", arguments.unread())
              + " change nothing here and were left out");
    }
    if (checkpoint.networks().size() > 1) {
      remark(
          "of the file's networks "
              + String.join(", ", checkpoint.networks())
              + " this is "
              + checkpoint.network()
              + " (--network)");
    }
    Map<String, String> all = new TreeMap<>(properties);
    // Weights that do not say whose they are may be anybody's own.
    if (!licence.isEmpty() && checkpoint.configuration().isPresent()) {
      all.put(MetadataKeys.LICENCE, licence);
    }
    int labels =
        denoiser
            .input(DenoiserModel.LABEL)
            .map(label -> Math.toIntExact(label.shape().dim(1).constant()))
            .orElse(0);
    List<String> names = IntStream.range(0, labels).mapToObj(Integer::toString).toList();
    return new Intake(
        new DenoiserModel(denoiser, sigmaData, names, all),
        network,
        checkpoint.format(),
        architecture,
        convention,
        generator,
        remarks);
  }
}

package retort.exporter;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import retort.denoiser.MetadataKeys;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.CheckpointException;
import retort.exporter.checkpoint.Configuration;
import retort.exporter.intake.Comparison;
import retort.exporter.intake.Intake;
import retort.exporter.intake.PublishedTeacher;
import retort.graph.Cost;
import retort.graph.Graph;
import retort.graph.Tensor;

/** What a checkpoint is: what it says of itself, and what {@code import} would make of it. */
final class CheckpointInspection {
  private static final int SHOWN = 8;

  private CheckpointInspection() {}

  /**
   * Inspects a file or folder. Of one that holds no network that is known, the tensors are told.
   *
   * @param network which of its networks
   * @throws CheckpointException when it is no checkpoint, or damaged
   */
  static Card of(Path file, Optional<String> network) {
    Optional<FileIdentity> identity =
        Optional.of(file).filter(Files::isRegularFile).map(FileIdentity::of);
    Checkpoint checkpoint =
        network.map(name -> Checkpoint.read(file, name)).orElseGet(() -> Checkpoint.read(file));
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("file", file.toString());
    card.put("kind", "checkpoint");
    identity.ifPresent(
        whole -> {
          card.put("bytes", whole.bytes());
          card.put("sha256", "");
        });
    card.put("format", checkpoint.format());
    if (checkpoint.networks().size() > 1) {
      card.put("networks", checkpoint.networks());
    }
    if (!checkpoint.network().isEmpty()) {
      card.put("network", checkpoint.network());
    }
    checkpoint.configuration().ifPresent(how -> describe(card, how));
    card.put("tensors", checkpoint.tensors().size());
    card.put("weights", weights(checkpoint));
    try {
      understand(card, checkpoint);
    } catch (CheckpointException e) {
      card.put("unsupported", String.valueOf(e.getMessage()));
      card.put("first_tensors", firstTensors(checkpoint));
    }
    if (!checkpoint.notes().isEmpty()) {
      Map<String, String> notes = new LinkedHashMap<>();
      checkpoint.notes().forEach((key, note) -> notes.put(key, Inspection.shortened(text(note))));
      card.put("notes", notes);
    }
    identity.ifPresent(whole -> card.put("sha256", whole.sha256()));
    return new Card(card);
  }

  private static void describe(Map<String, Object> card, Configuration how) {
    card.put(
        "class",
        how.className() + how.innerClassName().map(inner -> " around " + inner).orElse(""));
    Map<String, String> arguments = new LinkedHashMap<>();
    how.arguments()
        .forEach((name, value) -> arguments.put(name, Inspection.shortened(text(value))));
    card.put("arguments", arguments);
  }

  private static String text(@Nullable Object value) {
    return String.valueOf(value);
  }

  private static long weights(Checkpoint checkpoint) {
    return checkpoint.tensors().values().stream().mapToLong(Tensor::elements).sum();
  }

  private static void understand(Map<String, Object> card, Checkpoint checkpoint) {
    Optional<Comparison> comparison = Comparison.of(checkpoint, Comparison.Form.USUAL);
    if (comparison.isPresent()) {
      Comparison known = comparison.get();
      card.put("imports_as", String.valueOf(known.model().metadata().get(MetadataKeys.KIND)));
      card.put("architecture", known.title());
      put(card, known.model().graph());
      return;
    }
    Intake intake = PublishedTeacher.of(checkpoint, Optional.empty());
    card.put("imports_as", intake.generator() ? "generator" : "teacher");
    card.put("architecture", intake.architecture());
    card.put("convention", intake.convention());
    put(card, intake.model().graph());
    intake.licence().ifPresent(licence -> card.put("licence", licence));
    if (!intake.remarks().isEmpty()) {
      card.put("remarks", intake.remarks());
    }
  }

  private static void put(Map<String, Object> card, Graph graph) {
    card.put("inputs", Signature.inputs(graph));
    card.put("outputs", Signature.outputs(graph));
    card.put("parameters", graph.parameterCount());
    card.put("buffers", Inspection.buffers(graph));
    card.put("multiply_adds", Cost.of(graph).multiplyAdds());
    Map<String, Integer> operators = new TreeMap<>();
    graph.nodes().forEach(node -> operators.merge(node.operator().onnxName(), 1, Integer::sum));
    card.put("operators", operators);
  }

  private static Map<String, String> firstTensors(Checkpoint checkpoint) {
    Map<String, String> first = new LinkedHashMap<>();
    checkpoint.tensors().entrySet().stream()
        .limit(SHOWN)
        .forEach(
            tensor ->
                first.put(
                    tensor.getKey(),
                    tensor.getValue().type() + Arrays.toString(tensor.getValue().shape())));
    return first;
  }
}

package retort.exporter.intake;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.denoiser.IddpmPreconditioning;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.Configuration;
import retort.graph.Tensor;
import retort.network.Edm2Shapes;
import retort.network.RecognizedUNet;

/** The network behind a state dictionary that does not say how it was constructed. */
final class Recognition {
  private Recognition() {}

  /**
   * Recognises a network.
   *
   * @throws IllegalArgumentException when it is none that is known
   */
  static Construction of(Checkpoint checkpoint) {
    Map<String, Tensor> inner = Construction.tensors(checkpoint, "model.", Set.of());
    Optional<RecognizedUNet> unet = RecognizedUNet.of(inner);
    if (unet.isPresent()) {
      String network = unet.get().className();
      Map<String, Object> arguments = with(unet.get().arguments(), "model_type", network);
      Tensor levels = checkpoint.tensors().get(IddpmPreconditioning.TABLE);
      Configuration how =
          levels == null
              ? new Configuration("EDMPrecond", Optional.of(network), arguments)
              : new Configuration(
                  "iDDPMPrecond",
                  Optional.of(network),
                  with(arguments, "M", levels.elements() - 1));
      Construction construction = new Construction(checkpoint, how);
      construction.remark(
          "the file does not say how its network was constructed: names and shapes are those of a "
              + network
              + ", and its preconditioning is taken for "
              + (levels == null ? "EDM's" : "iDDPM's, whose table of noise levels it has")
              + " (--config)");
      return construction;
    }
    Map<String, int[]> shapes = new HashMap<>();
    checkpoint.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    Optional<Map<String, Object>> edm2 = Edm2Shapes.arguments(shapes);
    if (edm2.isPresent()) {
      Construction construction =
          new Construction(
              checkpoint, new Configuration("Precond", Optional.of("UNet"), edm2.get()));
      construction.remark(
          "the file does not say how its network was constructed: names and shapes are those of"
              + " EDM2 (--config)");
      return construction;
    }
    throw new IllegalArgumentException(
        "it does not say how its network was constructed, and its tensors ("
            + String.join(", ", checkpoint.tensors().keySet().stream().limit(3).toList())
            + ", ...) are of no network that is known; pass its arguments with --config, or export"
            + " it to ONNX and import that");
  }

  private static Map<String, Object> with(Map<String, Object> map, String name, Object value) {
    Map<String, Object> more = new HashMap<>(map);
    more.put(name, value);
    return more;
  }
}

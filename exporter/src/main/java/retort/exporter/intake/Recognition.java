package retort.exporter.intake;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
      Construction construction =
          new Construction(
              checkpoint,
              new Configuration(
                  "EDMPrecond",
                  Optional.of(unet.get().className()),
                  with(unet.get().arguments(), "model_type", unet.get().className())));
      construction.remark(
          "the file does not say how its network was constructed: names and shapes are those of a "
              + unet.get().className()
              + ", and its preconditioning is taken for EDM's (--config)");
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

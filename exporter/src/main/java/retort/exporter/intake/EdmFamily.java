package retort.exporter.intake;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.denoiser.MetadataKeys;
import retort.denoiser.Preconditioning;
import retort.graph.Graph;
import retort.network.EdmUNet;
import retort.network.PublishedWeights;

/** Networks of EDM, and of SiD and SiDA, which distilled these. */
final class EdmFamily {
  static final String LICENCE =
      "EDM's published weights, and what was distilled from them: CC BY-NC-SA 4.0, not for"
          + " commercial use";

  private static final Set<String> CLASSES =
      Set.of("EDMPrecond", "VPPrecond", "VEPrecond", "iDDPMPrecond");

  /** The table of noise levels of iDDPM, which follows from its arguments. */
  private static final Set<String> DERIVED = Set.of("u");

  private EdmFamily() {}

  static boolean has(String className) {
    return CLASSES.contains(className.split("_", 2)[0]);
  }

  static Intake intake(Construction construction) {
    Preconditioning preconditioning =
        Preconditioning.of(construction.className(), construction.arguments());
    EdmUNet unet = preconditioning.network(construction.arguments());
    PublishedWeights weights = construction.weights("model.", DERIVED);
    Graph network = unet.build(weights);
    weights.requireAllTaken(List.of("resample_filter"));
    Map<String, String> properties = new HashMap<>(preconditioning.sigmaRange().properties());
    boolean generator = construction.holdsNothingBeside();
    if (generator) {
      construction.remark(
          "the file holds a network and nothing beside it, as SiD's snapshots of one-step generators"
              + " do; a teacher's would say what it was trained on (--as)");
      boolean adversarial = construction.className().contains("_");
      properties.put(MetadataKeys.METHOD, adversarial ? "sida" : "sid");
    } else {
      properties.put(MetadataKeys.METHOD, "edm");
    }
    augmentation(construction).ifPresent(p -> properties.put(MetadataKeys.AUGMENT_PROBABILITY, p));
    return construction.intake(
        preconditioning.denoiser(network),
        network,
        preconditioning.sigmaData(),
        unet.getClass().getSimpleName(),
        construction.className().split("_", 2)[0]
            + ", sigma_data "
            + preconditioning.sigmaData()
            + ", "
            + preconditioning.sigmaRange(),
        LICENCE,
        generator,
        properties);
  }

  /** The probability of each augmentation while the network was trained. */
  private static java.util.Optional<String> augmentation(Construction construction) {
    Map<String, @Nullable Object> pipe =
        construction.checkpoint().notes().getOrDefault("augment_pipe", Map.of());
    return pipe.get("p") instanceof Number p
        ? java.util.Optional.of(p.toString())
        : java.util.Optional.empty();
  }
}

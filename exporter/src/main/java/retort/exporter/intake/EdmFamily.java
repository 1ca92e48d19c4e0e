package retort.exporter.intake;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.denoiser.MetadataKeys;
import retort.denoiser.Preconditioning;
import retort.graph.Graph;
import retort.network.EdmUNet;
import retort.network.PublishedWeights;
import retort.network.SongUNet;

/** Networks of EDM, and of SiD and SiDA, which distilled these. */
final class EdmFamily {
  static final String LICENCE =
      "EDM's published weights, and what was distilled from them: CC BY-NC-SA 4.0, not for"
          + " commercial use";

  private static final Set<String> CLASSES =
      Set.of("EDMPrecond", "VPPrecond", "VEPrecond", "iDDPMPrecond");

  /** The table of noise levels of iDDPM, which follows from its arguments. */
  private static final Set<String> DERIVED = Set.of("u");

  private static final String FILTER = "resample_filter";
  private static final List<Double> BOX = List.of(1.0, 1.0);
  private static final double[] NONE = {};

  /** Of a filter stored as float16. */
  private static final double ROUNDING = 1e-3;

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
    weights.requireAllTaken(List.of(FILTER));
    requireFilter(construction, unet instanceof SongUNet song ? song.resampleFilter() : BOX);
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

  /** The file holds its resampling filter again and again; the arguments must say the same. */
  private static void requireFilter(Construction construction, List<Double> filter) {
    double sum = filter.stream().mapToDouble(Double::doubleValue).sum();
    int length = filter.size();
    construction
        .checkpoint()
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!name.endsWith(FILTER)) {
                return;
              }
              double[] values = tensor.elements() == length * length ? tensor.reals() : NONE;
              boolean same = values.length > 0;
              for (int i = 0; i < values.length; i++) {
                double outer = filter.get(i / length) * filter.get(i % length) / (sum * sum);
                same = same && Math.abs(values[i] - outer) < ROUNDING;
              }
              if (!same) {
                throw new IllegalArgumentException(
                    "tensor '"
                        + name
                        + "' is another filter than the arguments' resample_filter, "
                        + filter
                        + "; the configuration is of another network: correct it");
              }
            });
  }

  /** The probability of each augmentation while the network was trained. */
  private static Optional<String> augmentation(Construction construction) {
    Map<String, @Nullable Object> pipe =
        construction.checkpoint().notes().getOrDefault("augment_pipe", Map.of());
    return pipe.get("p") instanceof Number p ? Optional.of(p.toString()) : Optional.empty();
  }
}

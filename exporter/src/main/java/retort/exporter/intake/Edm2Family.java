package retort.exporter.intake;

import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.denoiser.Edm2Preconditioning;
import retort.denoiser.MetadataKeys;
import retort.graph.Graph;
import retort.network.Edm2LogVariance;
import retort.network.Edm2UNet;
import retort.network.PublishedWeights;

/** Networks of EDM2, and of SiDA, which distilled these. */
final class Edm2Family {
  private static final String LOGVAR = "logvar_linear.weight";

  private Edm2Family() {}

  static boolean has(String className) {
    return className.equals("Precond") || className.startsWith("EDM_2_Precond");
  }

  static Intake intake(Construction construction) {
    construction.arguments().flag("use_fp16", false);
    double sigmaData = construction.arguments().decimal("sigma_data", 0.5);
    Edm2Preconditioning preconditioning = new Edm2Preconditioning(sigmaData);
    PublishedWeights weights = construction.weights("unet.", Set.of());
    Graph network = Edm2UNet.of(construction.arguments()).build(weights);
    Graph denoiser;
    Edm2LogVariance logVariance = Edm2LogVariance.of(construction.arguments());
    if (construction.checkpoint().tensors().containsKey(LOGVAR)) {
      denoiser = preconditioning.denoiser(network, logVariance.build(weights));
    } else {
      denoiser = preconditioning.denoiser(network);
    }
    weights.requireAllTaken(List.of("resample_filter"));
    boolean generator = construction.holdsNothingBeside();
    if (generator) {
      construction.remark(
          "the file holds a network and nothing beside it, as SiDA's snapshots of one-step"
              + " generators do; a teacher's would say what it was trained on (--as)");
    }
    return construction.intake(
        denoiser,
        network,
        sigmaData,
        "EDM2 UNet",
        "EDM preconditioning, sigma_data " + sigmaData,
        EdmFamily.LICENCE,
        generator,
        Map.of(MetadataKeys.METHOD, generator ? "sida" : "edm2"));
  }
}

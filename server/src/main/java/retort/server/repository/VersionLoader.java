package retort.server.repository;

import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.GeneratorException;
import retort.server.generator.Network;
import retort.server.generator.NetworkUse;

/** Opens versions; says what came of it, and never throws. */
final class VersionLoader {
  private static final Logger LOG = LoggerFactory.getLogger(VersionLoader.class);

  /** Health is asked for by name, so that none may have the name of a service. */
  private static final Set<String> RESERVED =
      Set.of("retort.v1.Retort", "inference.GRPCInferenceService");

  private final NetworkLoader loader;

  VersionLoader(NetworkLoader loader) {
    this.loader = loader;
  }

  /**
   * Opens a file.
   *
   * @param before what was held of this version until now
   * @param serving what the model serves meanwhile, whichever its version
   * @return the version: ready, or failed; or the one before, where it still runs, with the reason
   *     why the file does not take its place
   */
  HeldVersion load(ModelFile file, Optional<HeldVersion> before, Optional<Network> serving) {
    long begun = System.nanoTime();
    try {
      Network network = open(file, serving);
      LOG.info(
          "{} version {}: ready after {} ms, {}",
          file.model(),
          file.version(),
          (System.nanoTime() - begun) / 1_000_000,
          file.path());
      return new HeldVersion(file, ModelVersion.ready(file.version(), NetworkUse.first(network)));
    } catch (GeneratorException e) {
      LOG.error("{}: {}", file.path(), e.getMessage());
      return refused(file, before, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("{}: cannot be served", file.path(), e);
      return refused(file, before, "it cannot be served: " + e);
    } catch (OutOfMemoryError e) {
      // Of direct memory, which the models that run have already; the heap's own ends the process.
      LOG.error("{}: cannot be served", file.path(), e);
      return refused(file, before, "there is too little memory for it: " + e.getMessage());
    }
  }

  private Network open(ModelFile file, Optional<Network> serving) {
    if (!file.problem().isEmpty()) {
      throw new GeneratorException(file.problem());
    }
    if (RESERVED.contains(file.model())) {
      throw new GeneratorException(
          "its name is that of a service, whose health is asked for by it; rename the file");
    }
    Network network = loader.load(file.path(), serving);
    if (file.changed()) {
      network.close();
      throw new GeneratorException(
          "it changed while it was loaded; put files in place by renaming them");
    }
    return network;
  }

  private static HeldVersion refused(ModelFile file, Optional<HeldVersion> before, String message) {
    return before
        .filter(HeldVersion::ready)
        .map(
            old ->
                new HeldVersion(
                    file, old.version().withMessage("its newer file is not served: " + message)))
        .orElseGet(() -> new HeldVersion(file, ModelVersion.failed(file.version(), message)));
  }
}

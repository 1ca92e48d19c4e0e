package retort.server.repository;

import java.nio.file.Path;
import java.util.Optional;
import retort.server.generator.Network;

/** Opens a model's file and makes it ready: nobody sees the network before this returns. */
public interface NetworkLoader {
  /**
   * Opens a file.
   *
   * @param before the version of the model that serves meanwhile; it stays open until this returns,
   *     and what was measured of it may be used again
   * @return a network, which the caller closes
   * @throws retort.server.generator.GeneratorException when it cannot be served
   */
  Network load(Path file, Optional<Network> before);
}

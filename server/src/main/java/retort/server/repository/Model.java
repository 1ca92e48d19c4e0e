package retort.server.repository;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.server.generator.Network;

/**
 * What a repository holds under a name, as it stood when asked.
 *
 * @param name of its file, without {@code .onnx}, or of its folder
 * @param versions newest first
 */
public record Model(String name, List<ModelVersion> versions) {
  public Model {
    versions = List.copyOf(versions);
  }

  /** The version that calls get which name none: the newest that is ready. */
  public Optional<ModelVersion> serving() {
    return versions.stream().filter(version -> version.network().isPresent()).findFirst();
  }

  /** A version by its number. */
  public Optional<ModelVersion> version(long number) {
    return versions.stream().filter(version -> version.number() == number).findFirst();
  }

  /** What the {@linkplain #serving serving} version runs. */
  public Optional<Network> network() {
    return serving().flatMap(ModelVersion::network);
  }

  /** What is wrong, a sentence for each version that has one; empty when all is well. */
  public String message() {
    return versions.stream()
        .filter(version -> !version.message().isEmpty())
        .map(
            version ->
                versions.size() == 1
                    ? version.message()
                    : "version " + version.number() + ": " + version.message())
        .collect(Collectors.joining("; "));
  }
}

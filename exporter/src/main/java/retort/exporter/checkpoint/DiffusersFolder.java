package retort.exporter.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of the diffusers library: a pipeline with the network in {@code unet} and the noise
 * schedule in {@code scheduler}, or all of it at the root, or only the network's own folder.
 */
final class DiffusersFolder {
  private static final String CONFIG = "config.json";
  private static final String SCHEDULER = "scheduler_config.json";

  /** Before the ending, with any variant between, such as fp16. */
  private static final String WEIGHTS = "diffusion_pytorch_model";

  /** Best first. */
  private static final List<String> ENDINGS =
      List.of(".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json");

  private DiffusersFolder() {}

  static Checkpoint read(Path folder, Budget budget) {
    Path network = Files.isDirectory(folder.resolve("unet")) ? folder.resolve("unet") : folder;
    Path config = network.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      throw new CheckpointException(
          folder
              + ": is no diffusers folder, for "
              + config
              + " is missing; give the folder that has unet/ and scheduler/, or a file of weights");
    }
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>(Json.read(config, budget));
    Object className = arguments.get("_class_name");
    if (!(className instanceof String name)) {
      throw new CheckpointException(
          config + ": does not say _class_name; take the file as diffusers saved it");
    }
    arguments.keySet().removeIf(key -> key.startsWith("_"));
    Path weights = weights(network);
    Checkpoint tensors =
        weights.toString().endsWith(".json")
            ? ShardIndex.read(FileBytes.of(weights), Optional.empty(), budget)
            : Formats.weights(FileBytes.of(weights), Optional.empty(), budget);
    Map<String, Map<String, @Nullable Object>> notes = new LinkedHashMap<>();
    scheduler(folder).ifPresent(file -> notes.put("scheduler", Json.read(file, budget)));
    return tensors.describedBy(
        folder,
        "diffusers folder, " + tensors.format() + " " + weights.getFileName(),
        new Configuration(name, Optional.empty(), arguments),
        notes);
  }

  private static Optional<Path> scheduler(Path folder) {
    return Stream.of(
            folder.resolve("scheduler").resolve(SCHEDULER),
            folder.resolve(SCHEDULER),
            folder.resolveSibling("scheduler").resolve(SCHEDULER))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Full precision before a variant, and safetensors before pickles. */
  private static Path weights(Path network) {
    for (String ending : ENDINGS) {
      Path file = network.resolve(WEIGHTS + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    for (String ending : ENDINGS) {
      Optional<Path> variant = variant(network, ending);
      if (variant.isPresent()) {
        return variant.get();
      }
    }
    throw new CheckpointException(
        network
            + ": has no weights; "
            + WEIGHTS
            + ".safetensors or "
            + WEIGHTS
            + ".bin is missing, download it too");
  }

  private static Optional<Path> variant(Path network, String ending) {
    try (Stream<Path> files = Files.list(network)) {
      return files
          .filter(
              file -> {
                String name = file.getFileName().toString();
                return name.matches(WEIGHTS + "\\.[a-z0-9_]+" + ending.replace(".", "\\."))
                    || (name.startsWith(WEIGHTS + ending.replace(".json", ""))
                        && name.matches(".*\\.index\\.[a-z0-9_]+\\.json")
                        && ending.endsWith(".json"));
              })
          .sorted()
          .findFirst();
    } catch (IOException e) {
      throw FileBytes.unreadable(network, e);
    }
  }
}

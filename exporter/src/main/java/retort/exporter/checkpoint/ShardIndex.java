package retort.exporter.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import retort.graph.Tensor;

/** Hugging Face's index of a network in several files beside it: which tensor is in which. */
final class ShardIndex {
  private ShardIndex() {}

  /** The tensors of all files, in the order of the index. */
  static Checkpoint read(FileSource index, Optional<String> network, Budget budget) {
    Map<String, @Nullable Object> json = Json.read(index, budget);
    if (!(json.get("weight_map") instanceof Map<?, ?> map)) {
      throw new CheckpointException(
          index.file()
              + ": is JSON without a weight_map, so not the index of a network; for a diffusers"
              + " model give the folder");
    }
    Map<String, Checkpoint> shards = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    map.forEach(
        (key, shard) -> {
          String name = String.valueOf(key);
          Checkpoint weights =
              shards.computeIfAbsent(
                  String.valueOf(shard), file -> shard(index.file(), file, network, budget));
          Tensor tensor = weights.tensors().get(name);
          if (tensor == null) {
            throw new CheckpointException(
                weights.file()
                    + ": has no tensor "
                    + Words.quoted(name)
                    + ", which the index "
                    + index.file()
                    + " places there; download both again");
          }
          tensors.put(name, tensor);
        });
    String format = shards.values().stream().map(Checkpoint::format).findFirst().orElse("nothing");
    return Checkpoint.of(
        index.file(), format + " in " + shards.size() + " files", tensors, Map.of());
  }

  private static Checkpoint shard(
      Path index, String name, Optional<String> network, Budget budget) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
      throw new CheckpointException(
          index
              + ": places tensors in "
              + Words.quoted(name)
              + ", which is no file beside it; get the index from its authors");
    }
    Path file = index.resolveSibling(name);
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          file + ": is missing, although the index " + index + " needs it; download it too");
    }
    return Formats.weights(FileBytes.of(file), network, budget);
  }
}

package retort.exporter.checkpoint;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;
import retort.exporter.checkpoint.Pickled.None;
import retort.graph.Tensor;

/**
 * The tensors of a network by name, as PyTorch's {@code state_dict} gives them: of each module its
 * parameters, its buffers but the ones that do not persist, and then those of the modules in it.
 */
final class StateDictionary {
  private static final int MAX_DEPTH = 64;

  private final Path file;
  private final Budget budget;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  StateDictionary(Path file, Budget budget) {
    this.file = file;
    this.budget = budget;
  }

  /** The tensors of a module or of a state dictionary, in their order. */
  Map<String, Tensor> of(Object network) {
    if (network instanceof Instance module) {
      module("", module, 0);
    } else if (network instanceof Entries entries) {
      entries.map.forEach(
          (key, value) -> {
            if (key instanceof String name) {
              tensor(value).ifPresent(tensor -> put(name, tensor));
            }
          });
    }
    return tensors;
  }

  /** A tensor of PyTorch, or an array of NumPy. */
  static Optional<StoredTensor> tensor(Object value) {
    return value instanceof StoredTensor tensor ? Optional.of(tensor) : Numpy.tensor(value);
  }

  private void module(String prefix, Instance module, int depth) {
    if (depth > MAX_DEPTH) {
      throw refusal(prefix, "lies in more than " + MAX_DEPTH + " modules, or in itself");
    }
    budget.bytes(64 + 2L * prefix.length());
    Entries attributes = module.attributes();
    Set<Object> passing = new HashSet<>();
    if (attributes.get("_non_persistent_buffers_set") instanceof Items names) {
      passing.addAll(names.list);
    }
    putAll(prefix, attributes.get("_parameters"), Set.of());
    putAll(prefix, attributes.get("_buffers"), passing);
    if (attributes.get("_modules") instanceof Entries modules) {
      modules.map.forEach(
          (key, inner) -> {
            if (inner instanceof Instance instance) {
              module(prefix + key(prefix, key) + ".", instance, depth + 1);
            } else if (inner != None.NONE) {
              throw refusal(prefix + key(prefix, key), "is " + Words.of(inner) + ", no module");
            }
          });
    }
  }

  private void putAll(String prefix, @Nullable Object named, Set<Object> passing) {
    if (named instanceof Entries entries) {
      entries.map.forEach(
          (key, value) -> {
            if (value != None.NONE && !passing.contains(key)) {
              String name = prefix + key(prefix, key);
              put(
                  name,
                  tensor(value)
                      .orElseThrow(() -> refusal(name, "is " + Words.of(value) + ", no tensor")));
            }
          });
    }
  }

  private void put(String name, StoredTensor tensor) {
    budget.objects(8);
    budget.bytes(2L * name.length());
    if (tensors.put(name, tensor.tensor()) != null) {
      throw refusal(name, "is there twice");
    }
  }

  private String key(String prefix, Object key) {
    if (key instanceof String name) {
      return name;
    }
    throw refusal(prefix, "has a part that is named by " + Words.of(key));
  }

  private CheckpointException refusal(String name, String what) {
    return new CheckpointException(
        file + ": " + Words.quoted(name) + " of the network " + what + "; the file is damaged");
  }
}

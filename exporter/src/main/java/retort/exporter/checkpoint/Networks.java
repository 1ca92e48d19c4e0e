package retort.exporter.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;

/**
 * The networks in what a pickle holds: objects with parameters, and dictionaries of tensors, up to
 * a few dictionaries deep.
 */
final class Networks {
  /** Averaged weights first, as their authors evaluate these. */
  private static final List<String> USUAL =
      List.of(
          "ema",
          "model_ema",
          "ema_state_dict",
          "G_ema",
          "G_ema_state",
          "net",
          "model",
          "model_state_dict",
          "state_dict",
          "unet",
          "generator");

  /** What preconditionings call the network within. */
  private static final List<String> INNER = List.of("model", "unet");

  /** The first arguments of all published preconditionings, which may be given without names. */
  private static final List<String> POSITIONAL =
      List.of("img_resolution", "img_channels", "label_dim", "use_fp16");

  private static final int MAX_DEPTH = 3;

  private final Path file;
  private final Object root;
  private final Budget budget;
  private final Map<String, Object> found = new LinkedHashMap<>();

  Networks(Path file, Object root, Budget budget) {
    this.file = file;
    this.root = root;
    this.budget = budget;
    collect("", root, 0, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private void collect(String path, Object value, int depth, Set<Object> seen) {
    if (Torch.isModule(value) || isStateDictionary(value)) {
      budget.bytes(2L * path.length());
      found.putIfAbsent(path, value);
    } else if (value instanceof Entries entries && depth < MAX_DEPTH && seen.add(value)) {
      entries.map.forEach(
          (key, inner) -> {
            if (key instanceof String name) {
              collect(path.isEmpty() ? name : path + "." + name, inner, depth + 1, seen);
            }
          });
    }
  }

  /**
   * Most entries are tensors; a counter among them, or a tensor among counters, changes nothing.
   */
  private static boolean isStateDictionary(Object value) {
    if (!(value instanceof Entries entries)) {
      return false;
    }
    long tensors =
        entries.map.entrySet().stream()
            .filter(
                e ->
                    e.getKey() instanceof String
                        && StateDictionary.tensor(e.getValue()).isPresent())
            .count();
    return 2 * tensors > entries.map.size();
  }

  /**
   * One of the networks.
   *
   * @param format of the file
   * @param wanted its name; the usual one if empty
   */
  Checkpoint checkpoint(String format, Optional<String> wanted) {
    String name = wanted.orElseGet(this::usual);
    Object network = found.get(name);
    if (network == null) {
      throw new CheckpointException(
          file
              + ": has no network "
              + Words.quoted(name)
              + " but "
              + Words.list(found.keySet())
              + "; name one of these");
    }
    return new Checkpoint(
        file,
        format,
        name,
        List.copyOf(found.keySet()),
        new StateDictionary(file, budget).of(network),
        network instanceof Instance instance ? configuration(instance) : Optional.empty(),
        notes());
  }

  private String usual() {
    if (found.size() == 1) {
      return found.keySet().iterator().next();
    }
    for (String usual : USUAL) {
      for (String name : found.keySet()) {
        if (name.equals(usual) || name.endsWith("." + usual)) {
          return name;
        }
      }
    }
    throw new CheckpointException(
        found.isEmpty()
            ? file + ": holds no network but " + contents() + "; give the file with the weights"
            : file
                + ": holds several networks, "
                + Words.list(found.keySet())
                + ", and none of a usual name; name one of these");
  }

  private String contents() {
    if (!(root instanceof Entries entries)) {
      return Words.of(root);
    }
    List<String> keys = new ArrayList<>();
    entries.map.keySet().stream().limit(12).forEach(key -> keys.add(Words.of(key)));
    return "a dictionary of " + Words.list(keys);
  }

  private static Optional<Configuration> configuration(Instance network) {
    Entries attributes = network.attributes();
    if (!(attributes.get("_init_kwargs") instanceof Entries named)) {
      return Optional.empty();
    }
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    if (attributes.get("_init_args") instanceof Items unnamed) {
      for (int i = 0; i < Math.min(unnamed.list.size(), POSITIONAL.size()); i++) {
        arguments.put(POSITIONAL.get(i), new Plain().of(unnamed.list.get(i)));
      }
    }
    arguments.putAll(new Plain().map(named));
    return Optional.of(new Configuration(network.className(), inner(attributes), arguments));
  }

  private static Optional<String> inner(Entries attributes) {
    if (attributes.get("_modules") instanceof Entries modules) {
      for (String name : INNER) {
        if (modules.get(name) instanceof Instance inner) {
          return Optional.of(inner.className());
        }
      }
    }
    return Optional.empty();
  }

  private Map<String, Map<String, @Nullable Object>> notes() {
    Map<String, Map<String, @Nullable Object>> notes = new LinkedHashMap<>();
    if (root instanceof Entries entries) {
      entries.map.forEach(
          (key, value) -> {
            if (key instanceof String name && !found.containsKey(name)) {
              Plain.note(value).ifPresent(note -> notes.put(name, note));
            }
          });
    }
    return notes;
  }
}

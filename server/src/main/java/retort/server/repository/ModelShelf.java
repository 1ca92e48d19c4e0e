package retort.server.repository;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import retort.server.generator.NetworkUse;

/**
 * What is held, and what is shown of it. Each change is shown in one step, and only then is closed
 * what is held no more: who finds a version closed finds another when looking again.
 *
 * <p>{@link #models} and {@link #use} are safe for any number of threads; changes are made by one
 * at a time.
 */
final class ModelShelf {
  /** Never changed, only replaced. */
  private volatile SortedMap<String, Model> models = new TreeMap<>();

  private final Map<String, List<HeldVersion>> held = new HashMap<>();
  private final List<Consumer<Model>> watchers = new ArrayList<>();

  SortedMap<String, Model> models() {
    return models;
  }

  /** A use of the version that is chosen of a model; empty where it does not run. */
  Optional<NetworkUse> use(String name, Function<Model, Optional<ModelVersion>> choice) {
    while (true) {
      Optional<ModelVersion> version = Optional.ofNullable(models.get(name)).flatMap(choice);
      if (version.flatMap(ModelVersion::network).isEmpty()) {
        return Optional.empty();
      }
      Optional<NetworkUse> use = version.get().use();
      if (use.isPresent()) {
        return use;
      }
    }
  }

  void watch(Consumer<Model> watcher) {
    watchers.add(watcher);
    models.values().forEach(watcher);
  }

  Set<String> names() {
    return Set.copyOf(held.keySet());
  }

  /** What is held of a model, newest first; empty where nothing is. */
  List<HeldVersion> held(String name) {
    return held.getOrDefault(name, List.of());
  }

  /** What is held of the version that a file is of. */
  Optional<HeldVersion> held(ModelFile file) {
    return held(file.model()).stream()
        .filter(version -> version.file().version() == file.version())
        .findFirst();
  }

  /** Puts a version in the place of the one with its number, or adds it. */
  void put(String name, HeldVersion version) {
    List<HeldVersion> now = new ArrayList<>(held(name));
    now.removeIf(one -> one.file().version() == version.file().version());
    now.add(version);
    replace(name, now);
  }

  /** Holds these versions of a model in place of all others; none takes the model away. */
  void replace(String name, List<HeldVersion> versions) {
    List<HeldVersion> now = new ArrayList<>(versions);
    now.sort(Comparator.comparingLong((HeldVersion one) -> one.file().version()).reversed());
    List<HeldVersion> before = held(name);
    if (now.isEmpty()) {
      held.remove(name);
    } else {
      held.put(name, now);
    }
    show(new Model(name, now.stream().map(HeldVersion::version).toList()));
    Set<NetworkUse> stay = uses(now);
    uses(before).stream().filter(use -> !stay.contains(use)).forEach(NetworkUse::close);
  }

  private static Set<NetworkUse> uses(List<HeldVersion> versions) {
    return versions.stream()
        .flatMap(one -> one.version().held().stream())
        .collect(Collectors.toSet());
  }

  private void show(Model model) {
    if (model.equals(models.get(model.name()))) {
      return;
    }
    SortedMap<String, Model> next = new TreeMap<>(models);
    if (model.versions().isEmpty()) {
      next.remove(model.name());
    } else {
      next.put(model.name(), model);
    }
    models = next;
    watchers.forEach(watcher -> watcher.accept(model));
  }

  /** Lets go of everything, and tells nobody. */
  void clear() {
    models = new TreeMap<>();
    held.values().forEach(versions -> uses(versions).forEach(NetworkUse::close));
    held.clear();
  }
}

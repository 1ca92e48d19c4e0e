package retort.server.repository;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import retort.server.generator.GeneratorException;
import retort.server.generator.Network;
import retort.server.generator.NetworkUse;

/**
 * The models that a server holds, by name, and the versions of each: loaded, replaced and taken
 * away while it serves.
 *
 * <p>A version is opened, checked and warmed up before anybody sees it; then it takes the place of
 * the older one in one step. What is replaced closes when its last user has let go. A file that
 * fails leaves what was served in its place, and the {@link Model} says why. One model that fails
 * takes no other with it.
 *
 * <p>Safe for any number of threads. Asking never waits. Changes are made one at a time and take as
 * long as opening files does, so no thread of a transport should make them.
 */
public final class ModelRepository implements AutoCloseable {
  private final Supplier<List<ModelFile>> folder;
  private final int versions;
  private final VersionLoader loader;
  private final ModelShelf shelf = new ModelShelf();

  private final ReentrantLock changing = new ReentrantLock();

  // Guarded by the lock.
  private final Set<String> unloaded = new HashSet<>();
  private Set<ModelFile> seen = Set.of();

  private volatile boolean closed;

  /**
   * An empty repository; {@link #loadAll} fills it.
   *
   * @param folder lists what there is, and tells its place as a text
   * @param loader opens files
   * @param versions of each model, at most: the latest that can be served
   */
  public ModelRepository(Supplier<List<ModelFile>> folder, NetworkLoader loader, int versions) {
    this.folder = folder;
    this.loader = new VersionLoader(loader);
    this.versions = versions;
  }

  /** The models as they stand, by name. */
  public SortedMap<String, Model> models() {
    return shelf.models();
  }

  /** A model as it stands; empty where there is none of the name. */
  public Optional<Model> model(String name) {
    return Optional.ofNullable(models().get(name));
  }

  /**
   * A use of the version of a model that serves calls; the caller closes it. Empty where none does.
   */
  public Optional<NetworkUse> use(String name) {
    return shelf.use(name, Model::serving);
  }

  /** A use of one version of a model; the caller closes it. Empty where it is not served. */
  public Optional<NetworkUse> use(String name, long version) {
    return shelf.use(name, model -> model.version(version));
  }

  /**
   * Tells of each model now, and again whenever it changes, on the thread that changes it. A model
   * without versions is gone.
   */
  public void watch(Consumer<Model> watcher) {
    change(() -> shelf.watch(watcher));
  }

  /** Makes a change, when those before it are made. */
  private void change(Runnable change) {
    changing.lock();
    try {
      requireOpen();
      change.run();
    } finally {
      changing.unlock();
      if (closed) {
        close();
      }
    }
  }

  /**
   * Opens everything there is.
   *
   * @throws GeneratorException when the folder cannot be read
   */
  public void loadAll() {
    change(() -> follow(folder.get()));
  }

  /**
   * Checks that there is something to serve.
   *
   * @throws GeneratorException when there is not, saying why
   */
  public void requireOne() {
    if (models().isEmpty()) {
      throw new GeneratorException(
          folder + ": holds no *.onnx; 'retort export' makes one from a generator");
    }
    if (models().values().stream().allMatch(model -> model.serving().isEmpty())) {
      throw new GeneratorException(
          folder
              + ": none of its models can be served: "
              + models().values().stream()
                  .map(model -> model.name() + ": " + model.message())
                  .collect(Collectors.joining("; ")));
    }
  }

  /**
   * Follows the folder: opens what is new, replaces what has changed, lets go of what is gone. A
   * file counts when it has not changed since the look before, so that none is read while it is
   * being copied.
   *
   * @throws GeneratorException when the folder cannot be read; then nothing has changed
   */
  public void poll() {
    change(this::look);
  }

  private void look() {
    List<ModelFile> found = folder.get();
    List<ModelFile> settled = new ArrayList<>();
    for (ModelFile file : found) {
      if (seen.contains(file)) {
        settled.add(file);
      } else {
        shelf.held(file).map(HeldVersion::file).ifPresent(settled::add);
      }
    }
    seen = Set.copyOf(found);
    follow(settled);
  }

  private void follow(List<ModelFile> files) {
    Map<String, List<ModelFile>> byName =
        files.stream().collect(Collectors.groupingBy(ModelFile::model));
    for (String name : shelf.names()) {
      if (!byName.containsKey(name)) {
        unloaded.remove(name);
        shelf.replace(name, List.of());
      }
    }
    byName.keySet().stream()
        .filter(name -> !unloaded.contains(name))
        .sorted()
        .forEach(name -> follow(name, byName.getOrDefault(name, List.of()), false));
  }

  /** Has the latest versions of a model served that can be. */
  private void follow(String name, List<ModelFile> files, boolean tryAgain) {
    List<ModelFile> newestFirst = new ArrayList<>(files);
    newestFirst.sort(Comparator.comparingLong(ModelFile::version).reversed());
    List<HeldVersion> kept = new ArrayList<>();
    for (ModelFile file : newestFirst) {
      if (kept.stream().filter(HeldVersion::ready).count() < versions) {
        kept.add(brought(file, tryAgain));
      }
    }
    shelf.replace(name, kept);
  }

  private HeldVersion brought(ModelFile file, boolean tryAgain) {
    requireOpen();
    Optional<HeldVersion> before = shelf.held(file);
    if (before.isPresent() && before.get().settles(file, tryAgain)) {
      return before.get();
    }
    if (before.filter(HeldVersion::ready).isEmpty()) {
      shelf.put(file.model(), new HeldVersion(file, ModelVersion.loading(file.version())));
    }
    Optional<Network> serving = model(file.model()).flatMap(Model::network);
    HeldVersion version = loader.load(file, before, serving);
    shelf.put(file.model(), version);
    return version;
  }

  /**
   * Opens a model, or what is new of it; what failed is tried again.
   *
   * @throws GeneratorException when there is no such model, or its latest version cannot be served;
   *     what was served before still is
   */
  public void load(String name) {
    change(() -> loadNow(name));
  }

  private void loadNow(String name) {
    List<ModelFile> files =
        folder.get().stream().filter(file -> file.model().equals(name)).toList();
    if (files.isEmpty()) {
      throw unknown(name);
    }
    unloaded.remove(name);
    follow(name, files, true);
    String message = shelf.held(name).get(0).version().message();
    if (!message.isEmpty()) {
      throw new GeneratorException("model '" + name + "' cannot be loaded: " + message);
    }
  }

  /**
   * Takes a model away until {@link #load} asks for it: new calls are refused; those under way, and
   * streams, go on until they end.
   *
   * @throws GeneratorException when there is no such model
   */
  public void unload(String name) {
    change(() -> unloadNow(name));
  }

  private void unloadNow(String name) {
    if (shelf.held(name).isEmpty()) {
      throw unknown(name);
    }
    unloaded.add(name);
    shelf.replace(
        name,
        shelf.held(name).stream()
            .map(HeldVersion::file)
            .map(file -> new HeldVersion(file, ModelVersion.unloaded(file.version())))
            .toList());
  }

  private GeneratorException unknown(String name) {
    return new GeneratorException("there is no model '" + name + "' in " + folder);
  }

  private void requireOpen() {
    if (closed) {
      throw new GeneratorException("the server is stopping");
    }
  }

  /**
   * Lets go of every model; each closes when its last user does. Does not wait for a file that is
   * being opened: that is let go of once it is.
   */
  @Override
  public void close() {
    closed = true;
    if (changing.tryLock()) {
      try {
        shelf.clear();
      } finally {
        changing.unlock();
      }
    }
  }
}

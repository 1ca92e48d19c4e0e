package retort.server.grpc;

import java.util.List;
import java.util.Optional;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorHandle;
import retort.server.generator.Network;
import retort.server.generator.NetworkUse;
import retort.server.oip.Models;
import retort.server.repository.ModelRepository;
import retort.server.repository.ModelVersion;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;
import retort.server.tensor.TensorModel;

/** The models of a repository as the Open Inference Protocol sees them. */
final class RepositoryModels implements Models {
  private final ModelRepository repository;
  private final boolean control;

  /**
   * All that a repository holds.
   *
   * @param control whether clients may have models loaded and taken away
   */
  RepositoryModels(ModelRepository repository, boolean control) {
    this.repository = repository;
    this.control = control;
  }

  @Override
  public List<Version> versions() {
    return repository.models().values().stream()
        .flatMap(model -> model.versions().stream().map(version -> version(model.name(), version)))
        .toList();
  }

  private static Version version(String model, ModelVersion version) {
    State state =
        switch (version.state()) {
          case READY -> State.READY;
          case LOADING -> State.LOADING;
          case FAILED, UNLOADED -> State.UNAVAILABLE;
        };
    return new Version(model, version.number(), state, version.message());
  }

  @Override
  public Optional<Hold> hold(String model, long version) {
    return Optional.ofNullable(repository.models().get(model))
        .flatMap(held -> version == NEWEST ? held.serving() : held.version(version))
        .map(ModelVersion::number)
        .flatMap(number -> repository.use(model, number).map(use -> new Held(model, number, use)));
  }

  @Override
  public void load(String model) {
    requireControl();
    repository.load(model);
  }

  @Override
  public void unload(String model) {
    requireControl();
    repository.unload(model);
  }

  private void requireControl() {
    if (!control) {
      throw new RefusedException(
          Reason.UNAVAILABLE,
          "explicit model load / unload is not allowed: the server was started without"
              + " --model-control");
    }
  }

  /**
   * A use of a version; where it makes frames, they move on to newer versions that make the like.
   */
  private final class Held implements Hold {
    private final String model;
    private final long version;
    private final NetworkUse use;
    private Optional<GeneratorHandle> frames = Optional.empty();

    Held(String model, long version, NetworkUse use) {
      this.model = model;
      this.version = version;
      this.use = use;
    }

    @Override
    public long version() {
      return version;
    }

    @Override
    public Network network() {
      return use.network();
    }

    @Override
    public TensorModel tensors() {
      return (TensorModel) use.network();
    }

    @Override
    public synchronized Optional<GeneratorHandle> frames() {
      if (frames.isEmpty() && use.network() instanceof Generator) {
        frames = use.again().map(again -> new GeneratorHandle(again, () -> repository.use(model)));
      }
      return frames;
    }

    @Override
    public synchronized void close() {
      frames.ifPresent(GeneratorHandle::close);
      use.close();
    }
  }
}

package retort.server.oip;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import retort.inference.ModelRepositoryParameter;
import retort.inference.RepositoryIndexRequest;
import retort.inference.RepositoryIndexResponse;
import retort.inference.RepositoryModelLoadRequest;
import retort.inference.RepositoryModelLoadResponse;
import retort.inference.RepositoryModelUnloadRequest;
import retort.inference.RepositoryModelUnloadResponse;
import retort.server.generator.GeneratorException;
import retort.server.oip.Models.State;
import retort.server.oip.Models.Version;

/** Lists, loads and takes away models. Changes are made one at a time, on a thread of its own. */
final class RepositoryCalls implements AutoCloseable {
  private static final int MAX_WAITING = 16;

  private final Models models;
  private final ModelDirectory directory;
  private final ThreadPoolExecutor changes =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.MINUTES,
          new ArrayBlockingQueue<>(MAX_WAITING),
          work -> {
            Thread thread = new Thread(work, "retort-repository");
            thread.setDaemon(true);
            return thread;
          });

  RepositoryCalls(Models models, ModelDirectory directory) {
    this.models = models;
    this.directory = directory;
    changes.allowCoreThreadTimeOut(true);
  }

  RepositoryIndexResponse index(RepositoryIndexRequest request) {
    requireNoRepository(request.getRepositoryName());
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    for (Version version : directory.versions()) {
      if (version.state() == State.READY || !request.getReady()) {
        index.addModels(
            RepositoryIndexResponse.ModelIndex.newBuilder()
                .setName(version.model())
                .setVersion(Long.toString(version.number()))
                .setState(version.state().name())
                .setReason(version.reason()));
      }
    }
    return index.build();
  }

  void load(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    String model = name(request.getRepositoryName(), request.getModelName());
    requireNoFiles(request.getParametersMap());
    change(
        "load",
        model,
        models::load,
        observer,
        RepositoryModelLoadResponse.newBuilder().setModelName(model).setIsLoaded(true).build());
  }

  void unload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    String model = name(request.getRepositoryName(), request.getModelName());
    change(
        "unload",
        model,
        models::unload,
        observer,
        RepositoryModelUnloadResponse.newBuilder().setModelName(model).setIsUnloaded(true).build());
  }

  /** The model's name, which clients of KServe send where those of Triton send a repository's. */
  private static String name(String repository, String model) {
    if (model.isEmpty()) {
      return repository;
    }
    requireNoRepository(repository);
    return model;
  }

  private static void requireNoRepository(String name) {
    if (!name.isEmpty()) {
      throw Refusals.unsupported(
          "'repository_name' specification is not supported: there is one repository, without a"
              + " name");
    }
  }

  private static void requireNoFiles(Map<String, ModelRepositoryParameter> parameters) {
    if (!parameters.isEmpty()) {
      throw Refusals.unsupported(
          "parameter '"
              + Refusals.name(parameters.keySet().iterator().next())
              + "' is not taken: models are loaded as they lie in the server's folder");
    }
  }

  private <A> void change(
      String verb, String model, Consumer<String> change, StreamObserver<A> observer, A done) {
    try {
      changes.execute(
          () -> {
            try {
              change.accept(model);
              observer.onNext(done);
              observer.onCompleted();
            } catch (RuntimeException e) {
              observer.onError(failure(verb, model, e));
            }
          });
    } catch (RejectedExecutionException e) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription(MAX_WAITING + " changes of the repository wait already; ask later")
          .asRuntimeException();
    }
  }

  private RuntimeException failure(String verb, String model, RuntimeException e) {
    if (!(e instanceof GeneratorException)) {
      return Refusals.of(e);
    }
    String failed = "failed to " + verb + " '" + Refusals.name(model) + "', ";
    boolean known = models.versions().stream().anyMatch(version -> version.model().equals(model));
    // Else the reason names the folder, which is no client's business.
    return known
        ? Refusals.unavailable(failed + e.getMessage())
        : Refusals.notFound(failed + "there is no such model in the repository");
  }

  @Override
  public void close() {
    changes.shutdown();
  }
}

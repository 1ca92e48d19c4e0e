package retort.server.oip;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import retort.inference.ModelConfigRequest;
import retort.inference.ModelConfigResponse;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelMetadataRequest;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelReadyRequest;
import retort.inference.ModelReadyResponse;
import retort.inference.ModelStatisticsRequest;
import retort.inference.ModelStatisticsResponse;
import retort.inference.ModelStreamInferResponse;
import retort.inference.RepositoryIndexRequest;
import retort.inference.RepositoryIndexResponse;
import retort.inference.RepositoryModelLoadRequest;
import retort.inference.RepositoryModelLoadResponse;
import retort.inference.RepositoryModelUnloadRequest;
import retort.inference.RepositoryModelUnloadResponse;
import retort.inference.ServerMetadataRequest;
import retort.inference.ServerMetadataResponse;
import retort.inference.ServerReadyRequest;
import retort.inference.ServerReadyResponse;
import retort.inference.TraceSettingRequest;
import retort.inference.TraceSettingResponse;
import retort.server.schedule.TensorRuns;
import retort.server.schedule.Time;

/** The methods of {@code inference.GRPCInferenceService}: check, hand on, return. */
public final class InferenceService extends SettledMethods implements AutoCloseable {
  private static final String NAME = "retort";

  private static final List<String> EXTENSIONS =
      List.of(
          "classification",
          "model_repository",
          "model_repository(unload_dependents)",
          "model_configuration",
          "binary_tensor_data",
          "parameters",
          "statistics",
          "trace",
          "logging");

  private final ModelDirectory directory;
  private final ByteBudget budget;
  private final Inference inference;
  private final RepositoryCalls repository;
  private final Tallies tallies = new Tallies();
  private final InferStreams streams;
  private final String version;

  /**
   * A service; whoever makes it closes it.
   *
   * @param tensorBytes that requests which wait and answers which are not read take at most
   * @param version of the server, as it is told
   */
  public InferenceService(
      Models models, TensorRuns runs, Frames frames, Time time, int tensorBytes, String version) {
    this.version = version;
    directory = new ModelDirectory(models);
    budget = new ByteBudget(tensorBytes);
    inference = new Inference(runs, budget, tallies, time);
    streams = new InferStreams(directory, inference, frames, tallies);
    repository = new RepositoryCalls(models, directory);
  }

  /** Reads the requests of a method in place of gRPC's reader, where it is to. */
  public static Optional<Marshaller<?>> reader(MethodDescriptor<?, ?> method) {
    return method.getFullMethodName().endsWith("Infer")
        ? Optional.of(new InferRequestReader())
        : Optional.empty();
  }

  /** The service, to be added to a server. */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(this, new ErrorHeader());
  }

  /** Refuses what comes from now on, and ends each stream once what it accepted is answered. */
  public void drain() {
    streams.drain();
  }

  /**
   * Waits until every answer has left.
   *
   * @return whether it is so, in time
   */
  public boolean awaitNone(Duration patience) throws InterruptedException {
    return budget.awaitNone(patience);
  }

  @Override
  public void close() {
    inference.close();
    repository.close();
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    answer(observer, () -> ServerReadyResponse.newBuilder().setReady(!streams.draining()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    answer(
        observer,
        () -> {
          boolean ready =
              directory
                  .ready(request.getName(), request.getVersion())
                  .map(
                      model -> {
                        model.close();
                        return !streams.draining();
                      })
                  .orElse(false);
          return ModelReadyResponse.newBuilder().setReady(ready).build();
        });
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    answer(
        observer,
        () ->
            ServerMetadataResponse.newBuilder()
                .setName(NAME)
                .setVersion(version)
                .addAllExtensions(EXTENSIONS)
                .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    answer(
        observer,
        () -> {
          try (ServedModel model = directory.find(request.getName(), request.getVersion())) {
            return Descriptions.metadata(model, directory.ready(model.name()));
          }
        });
  }

  @Override
  public void modelConfig(
      ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
    answer(
        observer,
        () -> {
          try (ServedModel model = directory.find(request.getName(), request.getVersion())) {
            return ModelConfigResponse.newBuilder()
                .setConfig(Descriptions.configuration(model))
                .build();
          }
        });
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
    answer(observer, () -> tallies.answer(request, directory));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    try {
      streams.requireServing();
      ServedModel model = directory.find(request.getModelName(), request.getModelVersion());
      if (model.decoupled()) {
        model.close();
        throw Refusals.unsupported(
            "ModelInfer RPC doesn't support models with decoupled transaction policy");
      }
      SingleAnswer call = new SingleAnswer((ServerCallStreamObserver<ModelInferResponse>) observer);
      call.waitFor(inference.start(request, model, call));
    } catch (RuntimeException e) {
      observer.onError(Refusals.of(e));
    }
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> observer) {
    return streams.open(
        (ServerCallStreamObserver<ModelStreamInferResponse>) observer, ErrorHeader.isSet());
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
    answer(observer, () -> repository.index(request));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    try {
      repository.load(request, observer);
    } catch (RuntimeException e) {
      observer.onError(Refusals.of(e));
    }
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    try {
      repository.unload(request, observer);
    } catch (RuntimeException e) {
      observer.onError(Refusals.of(e));
    }
  }

  @Override
  public void traceSetting(
      TraceSettingRequest request, StreamObserver<TraceSettingResponse> observer) {
    answer(
        observer,
        () -> {
          if (!request.getModelName().isEmpty()) {
            directory.find(request.getModelName(), "").close();
          }
          return Settings.trace(request);
        });
  }
}

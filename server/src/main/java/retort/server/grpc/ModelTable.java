package retort.server.grpc;

import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorHandle;
import retort.server.generator.NetworkUse;
import retort.server.repository.Model;
import retort.server.repository.ModelRepository;
import retort.server.repository.ModelVersion;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;
import retort.v1.ListModelsResponse;
import retort.v1.Model.State;

/** What the server holds, by name, in the words of the protocol. */
final class ModelTable {
  private static final int MAX_NAME = 100;
  private static final int MAX_NAMES = 10;

  private final ModelRepository repository;

  ModelTable(ModelRepository repository) {
    this.repository = repository;
  }

  /**
   * Finds what a request names.
   *
   * @param name as in {@code GenerateRequest.model}
   * @return a hold on its newest version, which the caller closes
   * @throws RefusedException when there is no such model, it is not served, or makes no images
   */
  GeneratorHandle find(String name) {
    SortedMap<String, Model> models = repository.models();
    if (name.isEmpty() && models.size() > 1) {
      throw Failures.invalid(
          "model is empty, but this server holds several: " + names(models) + "; name one");
    }
    Model model =
        name.isEmpty() && !models.isEmpty() ? models.get(models.firstKey()) : models.get(name);
    if (model == null) {
      throw new RefusedException(
          Reason.UNKNOWN_MODEL,
          "there is no model '"
              + Failures.cut(name, MAX_NAME)
              + "'; this server holds "
              + names(models));
    }
    NetworkUse use =
        repository
            .use(model.name())
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.UNAVAILABLE,
                        "model '" + model.name() + "' is not served here: " + model.message()));
    if (use.network() instanceof Generator) {
      return new GeneratorHandle(use, () -> repository.use(model.name()));
    }
    use.close();
    throw new RefusedException(
        Reason.UNSUPPORTED,
        "model '"
            + model.name()
            + "' takes tensors and makes no images; ask for one whose kind is KIND_GENERATOR");
  }

  private static String names(Map<String, Model> models) {
    if (models.isEmpty()) {
      return "none";
    }
    String first = models.keySet().stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
    int more = models.size() - MAX_NAMES;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** The answer to {@code ListModels}. */
  ListModelsResponse list() {
    ListModelsResponse.Builder list = ListModelsResponse.newBuilder();
    repository.models().values().forEach(model -> list.addModels(message(model)));
    return list.build();
  }

  private static retort.v1.Model message(Model model) {
    ModelVersion shown = model.serving().orElse(model.versions().get(0));
    retort.v1.Model.Builder message =
        retort.v1.Model.newBuilder()
            .setName(model.name())
            .setVersion(shown.number())
            .setState(state(shown))
            .setMessage(model.message());
    shown
        .network()
        .ifPresent(
            network -> {
              message.setDigest(network.digest());
              if (network instanceof Generator generator) {
                describe(message, generator);
              } else {
                message.setKind(retort.v1.Model.Kind.KIND_TENSORS);
              }
            });
    model.versions().forEach(version -> message.addVersions(message(version)));
    return message.build();
  }

  private static void describe(retort.v1.Model.Builder message, Generator generator) {
    message
        .setKind(retort.v1.Model.Kind.KIND_GENERATOR)
        .setWidth(generator.shape().width())
        .setHeight(generator.shape().height())
        .setChannels(generator.shape().channels())
        .addAllLabelNames(generator.labelNames())
        .setMethod(generator.method())
        .setMaxBatch(generator.maxBatch());
  }

  private static retort.v1.ModelVersion message(ModelVersion version) {
    retort.v1.ModelVersion.Builder message =
        retort.v1.ModelVersion.newBuilder()
            .setVersion(version.number())
            .setState(state(version))
            .setMessage(version.message());
    version.network().ifPresent(network -> message.setDigest(network.digest()));
    return message.build();
  }

  private static State state(ModelVersion version) {
    return switch (version.state()) {
      case LOADING -> State.STATE_LOADING;
      case READY -> State.STATE_READY;
      case FAILED -> State.STATE_FAILED;
      case UNLOADED -> State.STATE_UNLOADED;
    };
  }
}

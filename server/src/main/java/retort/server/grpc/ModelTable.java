package retort.server.grpc;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.server.generator.Generator;
import retort.server.generator.Model;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;
import retort.v1.ListModelsResponse;
import retort.v1.Model.State;

/** What the server holds, by name. */
final class ModelTable {
  private static final int MAX_NAME = 100;
  private static final int MAX_NAMES = 10;

  private final Map<String, Model> models = new TreeMap<>();

  ModelTable(List<Model> held) {
    held.forEach(model -> models.put(model.name(), model));
  }

  /**
   * Finds what a request names.
   *
   * @param name as in {@code GenerateRequest.model}
   * @throws RefusedException when there is no such model, or it is not served
   */
  Generator find(String name) {
    if (name.isEmpty() && models.size() > 1) {
      throw Failures.invalid(
          "model is empty, but this server holds several: " + names() + "; name one");
    }
    Model model = name.isEmpty() ? models.values().iterator().next() : models.get(name);
    if (model == null) {
      throw new RefusedException(
          Reason.UNKNOWN_MODEL,
          "there is no model '" + Failures.cut(name, MAX_NAME) + "'; this server holds " + names());
    }
    return model
        .generator()
        .orElseThrow(
            () ->
                new RefusedException(
                    Reason.UNAVAILABLE,
                    "model '" + model.name() + "' is not served here: " + model.failure()));
  }

  private String names() {
    String first = models.keySet().stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
    int more = models.size() - MAX_NAMES;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** The answer to {@code ListModels}. */
  ListModelsResponse list() {
    ListModelsResponse.Builder list = ListModelsResponse.newBuilder();
    models.values().forEach(model -> list.addModels(message(model)));
    return list.build();
  }

  private static retort.v1.Model message(Model model) {
    retort.v1.Model.Builder message =
        retort.v1.Model.newBuilder()
            .setName(model.name())
            .setState(State.STATE_FAILED)
            .setMessage(model.failure());
    model
        .generator()
        .ifPresent(
            generator ->
                message
                    .setState(State.STATE_READY)
                    .setDigest(generator.digest())
                    .setWidth(generator.shape().width())
                    .setHeight(generator.shape().height())
                    .setChannels(generator.shape().channels())
                    .addAllLabelNames(generator.labelNames())
                    .setMethod(generator.method())
                    .setMaxBatch(generator.maxBatch()));
    return message.build();
  }
}

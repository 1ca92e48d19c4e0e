package retort.server.oip;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import retort.inference.ModelStatistics;
import retort.inference.ModelStatisticsRequest;
import retort.inference.ModelStatisticsResponse;
import retort.server.oip.Models.State;

/** What every version of every model has done. Safe for any number of threads. */
final class Tallies {
  private record Key(String model, String version) {}

  private final Map<Key, Tally> tallies = new ConcurrentHashMap<>();

  /** Of a version that is held, so that clients cannot make up others. */
  Tally of(ServedModel model) {
    return of(model.name(), model.version());
  }

  private Tally of(String model, String version) {
    return tallies.computeIfAbsent(new Key(model, version), key -> new Tally());
  }

  /** The answer to {@code ModelStatistics}. */
  ModelStatisticsResponse answer(ModelStatisticsRequest request, ModelDirectory directory) {
    if (!request.getName().isEmpty()) {
      directory.find(request.getName(), request.getVersion()).close();
    }
    ModelStatisticsResponse.Builder answer = ModelStatisticsResponse.newBuilder();
    for (Models.Version version : directory.versions()) {
      String number = Long.toString(version.number());
      boolean asked =
          (request.getName().isEmpty() || request.getName().equals(version.model()))
              && (request.getVersion().isEmpty() || request.getVersion().equals(number));
      if (asked && version.state() == State.READY) {
        answer.addModelStats(message(version.model(), number));
      }
    }
    return answer.build();
  }

  private ModelStatistics message(String model, String version) {
    return of(model, version).message().setName(model).setVersion(version).build();
  }
}

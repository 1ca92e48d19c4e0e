package retort.trainer.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How good images were found to be, and by whom.
 *
 * @param figures what was measured
 * @param source where it was found, for readers of a table
 */
record Evaluation(Map<Measure, Double> figures, String source) {
  Evaluation {
    figures = Map.copyOf(figures);
  }

  /**
   * What {@code evaluate --out} writes: numbers, or objects with a {@code mean}; the seeds, or an
   * {@code origin} that names them.
   *
   * @return nothing when no figure is in it
   */
  static Optional<Evaluation> of(JsonObject json, String file) {
    Map<Measure, Double> figures = new EnumMap<>(Measure.class);
    for (Measure measure : Measure.values()) {
      if (measure.judges()) {
        figure(json.get(measure.key())).ifPresent(value -> figures.put(measure, value));
      }
    }
    if (figures.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder source = new StringBuilder(file);
    Json.number(json.get("images"))
        .ifPresent(count -> source.append(", ").append(Figures.of(count)).append(" images"));
    JsonElement origin = json.get("origin");
    String seeds =
        seeds(
            origin != null && origin.isJsonObject()
                ? origin.getAsJsonObject().get("seeds")
                : json.get("seeds"));
    return Optional.of(
        new Evaluation(figures, source + (seeds.isEmpty() ? "" : ", seeds " + seeds)));
  }

  private static OptionalDouble figure(JsonElement value) {
    return value != null && value.isJsonObject()
        ? Json.number(value.getAsJsonObject().get("mean"))
        : Json.number(value);
  }

  private static String seeds(JsonElement value) {
    if (value != null && value.isJsonObject()) {
      JsonObject range = value.getAsJsonObject();
      return Json.text(range.get("first")) + " to " + Json.text(range.get("last"));
    }
    return Json.text(value);
  }

  /** The newest value of each figure that a run measured by itself, if it measured any. */
  static Optional<Evaluation> last(RunStatistics statistics) {
    Map<Measure, Double> figures = new EnumMap<>(Measure.class);
    long images = 0;
    for (Measure measure : Measure.values()) {
      Optional<Series.Point> last =
          measure.judges() ? statistics.series(measure.key()).last() : Optional.empty();
      if (last.isPresent()) {
        figures.put(measure, last.get().value());
        images = Math.max(images, last.get().images());
      }
    }
    return figures.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Evaluation(figures, "last measurement, at " + Figures.of(images) + " images"));
  }
}

package retort.trainer.report;

import com.google.gson.JsonObject;
import java.util.Optional;

/**
 * Something a run noticed about itself, a line of {@code advice.jsonl}.
 *
 * @param images images shown when it was noticed
 * @param kind one word for it
 * @param text what was seen and what to change
 */
record Advice(long images, String kind, String text) {
  static Optional<Advice> parse(String line) {
    return Json.object(line).filter(object -> object.has("text")).map(Advice::of);
  }

  private static Advice of(JsonObject object) {
    return new Advice(
        (long) Json.number(object.get("images")).orElse(0),
        Json.text(object.get("kind")),
        Json.text(object.get("text")));
  }
}

package retort.trainer.evaluate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.trainer.data.DataException;

/**
 * The line before the images that {@code generate --out -} writes: what they are.
 *
 * @param model its name on the server
 * @param digest SHA-256 of its file
 * @param shape of one image
 * @param seed of image 0; image k has this seed + k
 * @param first the number of the first image that follows
 * @param count how many follow
 * @param labels image k has {@code labels[k mod size]}; empty for none
 */
record RawHeader(
    String model,
    String digest,
    ImageShape shape,
    long seed,
    int first,
    int count,
    List<Integer> labels) {

  RawHeader {
    labels = List.copyOf(labels);
  }

  /**
   * Reads the line.
   *
   * @throws DataException when it is none
   */
  static RawHeader read(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      List<Integer> labels = new ArrayList<>();
      for (JsonElement label : json.getAsJsonArray("labels")) {
        labels.add(label.getAsInt());
      }
      return new RawHeader(
          json.get("model").getAsString(),
          json.get("model_sha256").getAsString(),
          new ImageShape(
              json.get("channels").getAsInt(),
              json.get("height").getAsInt(),
              json.get("width").getAsInt()),
          json.get("seed").getAsLong(),
          json.get("first").getAsInt(),
          json.get("images").getAsInt(),
          labels);
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | ClassCastException
        | UnsupportedOperationException
        | NullPointerException e) {
      throw new DataException(
          "'retort generate' wrote '"
              + (line.length() > 80 ? line.substring(0, 80) + "..." : line)
              + "' where a line should tell its images; build Retort again, all of one version",
          e);
    }
  }

  /** The label of an image. */
  int label(int number) {
    return labels.get(number % labels.size());
  }
}

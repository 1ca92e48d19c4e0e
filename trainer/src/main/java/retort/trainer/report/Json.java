package retort.trainer.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** JSON of files that may be damaged: what is not as expected is absent. */
final class Json {
  private static final long MOST_BYTES = 64L << 20;

  private Json() {}

  /**
   * The text of a file.
   *
   * @throws IOException when it cannot be read, or is larger than any that a run writes
   */
  static String read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException("larger than " + Figures.bytes(MOST_BYTES));
    }
    return Files.readString(file);
  }

  /** The object that a text is, if it is one. */
  static Optional<JsonObject> object(String text) {
    try {
      JsonElement read = JsonParser.parseString(text);
      return read.isJsonObject() ? Optional.of(read.getAsJsonObject()) : Optional.empty();
    } catch (JsonParseException e) {
      return Optional.empty();
    }
  }

  /** A number; NaN and infinities are numbers too. */
  static OptionalDouble number(@Nullable JsonElement value) {
    if (value == null || !value.isJsonPrimitive()) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Double.parseDouble(value.getAsString()));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** A value as text: what is in a string, anything else as JSON has it. */
  static String text(@Nullable JsonElement value) {
    if (value == null || value.isJsonNull()) {
      return "";
    }
    return value.isJsonPrimitive() ? value.getAsString() : value.toString();
  }
}

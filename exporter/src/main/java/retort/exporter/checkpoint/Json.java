package retort.exporter.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, texts, {@link Long}, {@link Double}, {@link Boolean} and null. */
final class Json {
  /** A thousand times what the largest published networks need. */
  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_DEPTH = 32;

  private final JsonReader in;
  private final Budget budget;

  private Json(JsonReader in, Budget budget) {
    this.in = in;
    this.budget = budget;
  }

  /** The object in a file. */
  static Map<String, @Nullable Object> read(Path file, Budget budget) {
    return read(FileBytes.of(file), budget);
  }

  /**
   * The object that some bytes spell.
   *
   * @throws CheckpointException when they do not, repeat a name, or are too many
   */
  static Map<String, @Nullable Object> read(ByteSource source, Budget budget) {
    if (source.size() > MAX_BYTES) {
      throw source.refusal(
          0,
          "JSON of " + source.size() + " bytes, of which Retort reads " + MAX_BYTES + " at most");
    }
    budget.bytes(2 * source.size());
    try (JsonReader reader = new JsonReader(new StringReader(text(source)))) {
      reader.setStrictness(Strictness.STRICT);
      Map<String, @Nullable Object> object = new Json(reader, budget).object(0);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new MalformedJsonException("more follows its end");
      }
      return object;
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw source.refusal(
          0,
          "no JSON object ("
              + Words.plain(String.valueOf(e.getMessage()))
              + "); the file is damaged, copy or download it again",
          e);
    }
  }

  private static String text(ByteSource source) throws CharacterCodingException {
    try (ByteCursor in = new ByteCursor(source, 0)) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(in.bytes((int) source.size())))
          .toString();
    }
  }

  private Map<String, @Nullable Object> object(int depth) throws IOException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    in.beginObject();
    while (in.hasNext()) {
      String name = in.nextName();
      budget.objects(2);
      if (object.containsKey(name)) {
        throw new MalformedJsonException("the name " + Words.quoted(name) + " twice");
      }
      object.put(name, value(depth + 1));
    }
    in.endObject();
    return Collections.unmodifiableMap(object);
  }

  private List<@Nullable Object> list(int depth) throws IOException {
    List<@Nullable Object> list = new ArrayList<>();
    in.beginArray();
    while (in.hasNext()) {
      list.add(value(depth + 1));
    }
    in.endArray();
    return Collections.unmodifiableList(list);
  }

  private @Nullable Object value(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new MalformedJsonException("nested more than " + MAX_DEPTH + " deep");
    }
    budget.objects(1);
    return switch (in.peek()) {
      case BEGIN_OBJECT -> object(depth);
      case BEGIN_ARRAY -> list(depth);
      case STRING -> in.nextString();
      case BOOLEAN -> in.nextBoolean();
      case NUMBER -> number(in.nextString());
      case NULL -> {
        in.nextNull();
        yield null;
      }
      default -> throw new MalformedJsonException("a value is missing");
    };
  }

  private static Object number(String digits) {
    return digits.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(digits) : Double.valueOf(digits);
  }
}

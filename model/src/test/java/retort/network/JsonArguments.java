package retort.network;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments of networks as JSON holds them. */
public final class JsonArguments {
  private JsonArguments() {}

  /** The arguments, those that are null among them. */
  public static Arguments of(JsonObject object) {
    Map<String, @Nullable Object> values = new HashMap<>();
    object.entrySet().forEach(entry -> values.put(entry.getKey(), value(entry.getValue())));
    return new Arguments(values);
  }

  private static @Nullable Object value(JsonElement element) {
    if (element.isJsonNull()) {
      return null;
    }
    if (element.isJsonArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      element.getAsJsonArray().forEach(e -> list.add(value(e)));
      return list;
    }
    JsonPrimitive primitive = element.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    return primitive.isNumber() ? (Object) primitive.getAsDouble() : primitive.getAsString();
  }
}

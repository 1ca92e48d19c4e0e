package retort.exporter.intake;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import retort.exporter.checkpoint.CheckpointException;
import retort.exporter.checkpoint.Configuration;

/**
 * A user's own words on how a network was constructed: a JSON object of its class's arguments and
 * {@code class_name}, such as {@code EDMPrecond}.
 */
public final class ConfigurationFile {
  private static final String CLASS_NAME = "class_name";
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  private ConfigurationFile() {}

  /**
   * Reads a file.
   *
   * @throws CheckpointException when it is missing, no JSON object, or lacks the class
   */
  public static Configuration read(Path file) {
    Map<String, @Nullable Object> arguments = new HashMap<>();
    try {
      Map<String, @Nullable Object> read =
          GSON.fromJson(Files.readString(file), new TypeToken<Map<String, @Nullable Object>>() {});
      if (read != null) {
        arguments.putAll(read);
      }
    } catch (IOException e) {
      String reason = Files.exists(file) ? "cannot be read as text" : "there is no such file";
      throw new CheckpointException("--config is " + file + ": " + reason, e);
    } catch (JsonParseException e) {
      throw new CheckpointException(
          file
              + ": is no JSON object of a network's arguments; write such as {\"class_name\":"
              + " \"EDMPrecond\", \"img_resolution\": 32}",
          e);
    }
    if (arguments.remove(CLASS_NAME) instanceof String name) {
      return new Configuration(name, Optional.empty(), arguments);
    }
    throw new CheckpointException(
        file
            + ": does not say "
            + CLASS_NAME
            + ", such as EDMPrecond, Precond or UNet2DModel; add it beside the arguments");
  }
}

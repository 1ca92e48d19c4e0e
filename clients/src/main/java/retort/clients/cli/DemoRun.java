package retort.clients.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import retort.clients.cli.picture.OutputFile;

/**
 * The folder of one demo, and what its steps wrote there. Every demo has a folder of its own.
 *
 * @param folder as the user knows it
 */
record DemoRun(Path folder) {
  private static final String DISTANCE = "frechet_distance";

  /** A measurement while distilling: after so many images and seconds. */
  record Measured(long images, double seconds, double frechetDistance) {}

  /**
   * Makes the next folder: 001, 002 and so on.
   *
   * @throws DemoException when there cannot be one
   */
  static DemoRun next(Path parent) {
    try {
      Files.createDirectories(parent);
      for (int i = 1; ; i++) {
        Path folder = parent.resolve("%03d".formatted(i));
        try {
          Files.createDirectory(folder);
          Files.createDirectory(folder.resolve("models"));
          return new DemoRun(folder);
        } catch (FileAlreadyExistsException e) {
          // An earlier demo's, which is kept: try the next number.
        }
      }
    } catch (IOException e) {
      throw new DemoException(
          "--out is %s but no folder can be made there (%s: %s); pass another --out"
              .formatted(parent, e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
  }

  /** A file of this run, as the user knows it. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** The same for a process that works in another folder. */
  String argument(String name) {
    return file(name).toAbsolutePath().normalize().toString();
  }

  /** The measurements that distilling recorded, in their order. */
  List<Measured> measurements() {
    Path stats = file("stats.jsonl");
    List<Measured> measurements = new ArrayList<>();
    for (String line : read(stats).lines().toList()) {
      JsonObject json = parse(stats, line);
      if (json.has(DISTANCE)) {
        measurements.add(
            new Measured(
                (long) number(stats, json, "images"),
                number(stats, json, "seconds"),
                number(stats, json, DISTANCE)));
      }
    }
    if (measurements.isEmpty()) {
      throw new DemoException(stats + " holds no measurement; see what 'retort distill' said");
    }
    return measurements;
  }

  /** A number of a JSON file that a step wrote. */
  double number(String name, String key) {
    return number(file(name), parse(file(name), read(file(name))), key);
  }

  /** Keeps what a step told. */
  void keep(String name, String text) {
    OutputFile.write(file(name), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new DemoException(path + " cannot be read: its step did not write it", e);
    }
  }

  private static JsonObject parse(Path path, String text) {
    try {
      return JsonParser.parseString(text).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new DemoException(path + " is no JSON; its step did not write what it should", e);
    }
  }

  private static double number(Path path, JsonObject json, String key) {
    JsonElement value = json.get(key);
    if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
      throw new DemoException(path + " has no number '" + key + "'");
    }
    return value.getAsDouble();
  }
}

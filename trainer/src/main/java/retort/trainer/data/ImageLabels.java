package retort.trainer.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The labels of image files: from {@code dataset.json}, or else from the folders they lie in. */
final class ImageLabels {

  private static final String FILE = "dataset.json";
  private static final int LARGEST = 65_535;
  private static final ImageLabels NONE = new ImageLabels(new int[0], List.of());

  private final int[] labels;
  private final List<String> names;

  private ImageLabels(int[] labels, List<String> names) {
    this.labels = labels;
    this.names = names;
  }

  /** A label for each image, in the order of the images; empty for none. */
  int[] labels() {
    return labels;
  }

  /** A name for each label; empty for none. */
  List<String> names() {
    return names;
  }

  /** Whether a path, with slashes, is that of a {@code dataset.json}. */
  static boolean isFile(String path) {
    return path.equals(FILE) || path.endsWith("/" + FILE);
  }

  /**
   * The labels of images. A {@code dataset.json} may lie in any folder that holds all images, as
   * where a zip holds one folder; it names images from there on.
   *
   * @param source what messages call the folder or zip
   * @param images paths from {@code root} on, separated by slashes
   * @param files those of every {@code dataset.json}, likewise
   */
  static ImageLabels of(Path root, String source, List<String> images, List<String> files) {
    if (files.isEmpty()) {
      return ofFolders(source, images);
    }
    String common = commonFolder(images);
    String file =
        files.stream()
            .filter(path -> common.startsWith(folder(path)))
            .min(Comparator.comparing(String::length))
            .orElseThrow(() -> astray(source, files.get(0)));
    int start = folder(file).length();
    List<String> names = images.stream().map(image -> image.substring(start)).toList();
    return ofJson(root.resolve(file), source + ": " + file, names);
  }

  /** Up to and with the last slash. */
  private static String folder(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private static DataException astray(String source, String file) {
    return new DataException(
        "%s: %s lies in a folder that does not hold all images: give that folder, or put one %s beside all of them"
            .formatted(source, file, FILE));
  }

  private static ImageLabels ofFolders(String source, List<String> images) {
    int start = commonFolder(images).length();
    TreeSet<String> folders = new TreeSet<>();
    for (String image : images) {
      int end = image.indexOf('/', start);
      if (end >= 0) {
        folders.add(image.substring(start, end));
      } else if (!folders.isEmpty()) {
        throw beside(source, image);
      }
    }
    if (folders.isEmpty()) {
      return NONE;
    }
    List<String> names = List.copyOf(folders);
    int[] labels = new int[images.size()];
    for (int i = 0; i < labels.length; i++) {
      int end = images.get(i).indexOf('/', start);
      if (end < 0) {
        throw beside(source, images.get(i));
      }
      labels[i] = folders.headSet(images.get(i).substring(start, end)).size();
    }
    return new ImageLabels(labels, names);
  }

  private static DataException beside(String source, String image) {
    return new DataException(
        "%s: %s lies beside folders with images, which stand for labels: move it into one of them, or write %s"
            .formatted(source, image, FILE));
  }

  /** The folder that all images share, up to and with its last slash; it is no label. */
  private static String commonFolder(List<String> images) {
    String common = folder(images.get(0));
    for (String image : images) {
      while (!image.startsWith(common)) {
        common = common.substring(0, common.lastIndexOf('/', common.length() - 2) + 1);
      }
    }
    return common;
  }

  private static ImageLabels ofJson(Path file, String name, List<String> images) {
    JsonElement list = labelsOf(parse(file, name), name);
    if (list.isJsonNull()) {
      return NONE;
    }
    if (!list.isJsonArray()) {
      throw unexpected(name, list);
    }
    Map<String, Integer> byImage = new HashMap<>();
    int largest = 0;
    for (JsonElement entry : list.getAsJsonArray()) {
      int label = labelOf(entry, name);
      String image = entry.getAsJsonArray().get(0).getAsString().replace('\\', '/');
      Integer before = byImage.put(image, label);
      if (before != null && before != label) {
        throw new DataException(
            "%s gives %s the labels %d and %d: remove one of them"
                .formatted(name, image, before, label));
      }
      largest = Math.max(largest, label);
    }
    int[] labels = new int[images.size()];
    for (int i = 0; i < labels.length; i++) {
      Integer label = byImage.get(images.get(i));
      if (label == null) {
        throw new DataException(
            name + " has no label for " + images.get(i) + ": add one, or remove the image");
      }
      labels[i] = label;
    }
    if (byImage.size() != labels.length) {
      throw new DataException(
          "%s has %d labels but there are %d images: files are missing, or their labels are to be removed"
              .formatted(name, byImage.size(), labels.length));
    }
    return new ImageLabels(
        labels, IntStream.rangeClosed(0, largest).mapToObj(Integer::toString).toList());
  }

  private static JsonElement parse(Path file, String name) {
    try (Reader reader = Files.newBufferedReader(file)) {
      return JsonParser.parseReader(reader);
    } catch (IOException | JsonParseException e) {
      throw new DataException(name + " cannot be read as JSON: " + e.getMessage(), e);
    }
  }

  private static JsonElement labelsOf(JsonElement content, String name) {
    if (!content.isJsonObject() || !content.getAsJsonObject().has("labels")) {
      throw unexpected(name, content);
    }
    return content.getAsJsonObject().get("labels");
  }

  private static int labelOf(JsonElement entry, String name) {
    if (!entry.isJsonArray() || entry.getAsJsonArray().size() != 2) {
      throw unexpected(name, entry);
    }
    JsonArray pair = entry.getAsJsonArray();
    if (!pair.get(0).isJsonPrimitive()
        || !pair.get(1).isJsonPrimitive()
        || !pair.get(1).getAsJsonPrimitive().isNumber()) {
      throw unexpected(name, entry);
    }
    double label = pair.get(1).getAsDouble();
    if (label != Math.rint(label) || label < 0 || label > LARGEST) {
      throw new DataException(
          "%s gives %s the label %s, but labels are the integers from 0 to %d: number the classes from 0"
              .formatted(name, pair.get(0), pair.get(1), LARGEST));
    }
    return (int) label;
  }

  private static DataException unexpected(String name, JsonElement found) {
    String text = found.toString();
    return new DataException(
        "%s has %s where {\"labels\": [[\"folder/image.png\", 3], ...]} or {\"labels\": null} was expected"
            .formatted(name, text.length() > 60 ? text.substring(0, 60) + "..." : text));
  }
}

package retort.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files beside a model that hold its weights. A model names them, and may come from anybody: it
 * is not let out of its folder, neither by a path nor by a link.
 */
final class ExternalData {
  /** Files kept open at once; some exporters write one for each weight. */
  private static final int KEPT_OPEN = 32;

  private final Optional<Path> model;
  private final Map<String, DataFile> files = new HashMap<>();

  /**
   * The data of a model.
   *
   * @param model its file; absent when it did not come from one
   */
  ExternalData(Optional<Path> model) {
    this.model = model;
  }

  /**
   * The file that a weight names.
   *
   * @throws OnnxException when it is not beside the model
   */
  DataFile file(String weight, String location) {
    DataFile known = files.get(location);
    if (known == null) {
      known = open(weight, location);
      files.put(location, known);
    }
    return known;
  }

  private DataFile open(String weight, String location) {
    Path path =
        model.orElseThrow(
            () ->
                new OnnxException(
                    "weights are in a separate file '"
                        + location
                        + "'; read the model from its folder"));
    try {
      Path relative = Path.of(location);
      if (location.isEmpty() || relative.isAbsolute() || relative.normalize().startsWith("..")) {
        throw outside(weight, location);
      }
      Set<Path> folders = folders(path);
      Path data = folders.iterator().next().resolve(relative);
      for (Path folder : folders) {
        data = Files.exists(data) ? data : folder.resolve(relative);
      }
      Path real = data.toRealPath();
      if (folders.stream().noneMatch(real::startsWith)) {
        throw outside(weight, location);
      }
      return files.size() < KEPT_OPEN ? DataFile.open(real) : DataFile.reopened(real);
    } catch (IOException | InvalidPathException e) {
      throw new OnnxException(
          "weight '"
              + weight
              + "' cannot be read from '"
              + location
              + "' ("
              + e
              + "); the data file belongs beside the model, copy both together",
          e);
    }
  }

  /** The model's folder, and where the model is a link, that of the file it leads to. */
  private static Set<Path> folders(Path model) throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    folders.add(folder(model.toAbsolutePath()).toRealPath());
    folders.add(folder(model.toRealPath()));
    return folders;
  }

  private static Path folder(Path file) {
    return Optional.ofNullable(file.getParent()).orElse(file);
  }

  private static OnnxException outside(String weight, String location) {
    return new OnnxException(
        "weight '"
            + weight
            + "' points to '"
            + location
            + "', outside the model's folder; put its data beside the model, as a file and no link");
  }
}

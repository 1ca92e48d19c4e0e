package retort.server.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.GeneratorException;

/**
 * Finds models: {@code NAME.onnx}, which is version 1, or {@code NAME/VERSION/model.onnx}, the
 * layout of Triton. A single file is a model too.
 *
 * <p>Names come from this listing alone, so that no client's name ever becomes a path.
 */
public final class ModelFolder implements Supplier<List<ModelFile>> {
  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final String SUFFIX = ".onnx";
  private static final String PREFERRED = "model.onnx";

  /** As of Triton: no sign, and no zero at the front. */
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,17}");

  private final Path root;
  private final Set<Path> told = new HashSet<>();

  public ModelFolder(Path root) {
    this.root = root;
  }

  /**
   * Every version of every model, in no order.
   *
   * @throws GeneratorException when the folder is not there or cannot be read
   */
  @Override
  public synchronized List<ModelFile> get() {
    if (Files.isRegularFile(root)) {
      return List.of(ModelFile.of(nameOf(root), 1, root));
    }
    if (!Files.isDirectory(root)) {
      throw new GeneratorException(
          root + ": there is no such folder or file; pass one with models (*.onnx)");
    }
    List<ModelFile> files = new ArrayList<>();
    for (Path path : list(root)) {
      if (Files.isDirectory(path)) {
        files.addAll(versions(path));
      } else if (isModel(path)) {
        add(files, ModelFile.of(nameOf(path), 1, path));
      }
    }
    return files;
  }

  private void add(List<ModelFile> files, ModelFile file) {
    if (files.stream().noneMatch(one -> one.model().equals(file.model()) && one.version() == 1)) {
      files.add(file);
    } else {
      tell(file.path(), "skipped, since there is a folder with its version 1");
    }
  }

  /** Says once what is done about a path. */
  private void tell(Path path, String what) {
    if (told.add(path)) {
      LOG.warn("{}: {}", path, what);
    }
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new GeneratorException(folder + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static boolean isVersion(Path path) {
    return Files.isDirectory(path) && VERSION.matcher(fileName(path)).matches();
  }

  /** As {@link #list}: a folder that cannot be read hides no other. */
  private List<Path> listOrTell(Path folder) {
    try {
      return list(folder);
    } catch (GeneratorException e) {
      tell(folder, "skipped, since it cannot be read");
      return List.of();
    }
  }

  private List<ModelFile> versions(Path folder) {
    List<ModelFile> versions = new ArrayList<>();
    for (Path path : listOrTell(folder)) {
      if (isVersion(path)) {
        versions.add(version(fileName(folder), path));
      } else if (fileName(path).equals("config.pbtxt")) {
        tell(path, "not read, since a model's file says all that is needed");
      }
    }
    if (versions.isEmpty()) {
      tell(folder, "skipped, since it holds no folder of a version, such as 1");
    }
    return versions;
  }

  private ModelFile version(String model, Path folder) {
    long version = Long.parseLong(fileName(folder));
    List<Path> files = listOrTell(folder).stream().filter(this::isModel).toList();
    Path preferred = folder.resolve(PREFERRED);
    if (files.contains(preferred) || files.size() == 1) {
      return ModelFile.of(model, version, files.contains(preferred) ? preferred : files.get(0));
    }
    return ModelFile.broken(
        model,
        version,
        folder,
        files.isEmpty()
            ? folder + " holds no *.onnx"
            : folder + " holds several *.onnx; name the one to be served " + PREFERRED);
  }

  private boolean isModel(Path file) {
    if (!fileName(file).toLowerCase(Locale.ROOT).endsWith(SUFFIX)) {
      return false;
    }
    if (!Files.isRegularFile(file)) {
      tell(file, "skipped, since it is no file, or a link to none");
      return false;
    }
    if (!fileName(file).endsWith(SUFFIX)) {
      tell(file, "skipped, since its name does not end in " + SUFFIX);
      return false;
    }
    return true;
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static String nameOf(Path file) {
    String name = fileName(file);
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }

  @Override
  public String toString() {
    return root.toString();
  }
}

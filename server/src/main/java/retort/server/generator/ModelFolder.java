package retort.server.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the files of a folder. One that fails takes no other with it. */
public final class ModelFolder {
  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final String SUFFIX = ".onnx";

  /** Health is asked for by name, so that none may have the name of the service. */
  private static final String RESERVED = "retort.v1.Retort";

  private ModelFolder() {}

  /** As {@link #load(Path, Device, int, int)}, for one core. */
  public static List<Model> load(Path folder, Device device, int maxBatch) {
    return load(folder, device, 1, maxBatch);
  }

  /**
   * Loads every {@code *.onnx} of a folder, or one file.
   *
   * @param cores as of {@link OnnxGenerator#open}
   * @param maxBatch as of {@link OnnxGenerator#open}
   * @return ordered by name; the caller closes the generators
   * @throws GeneratorException when there is nothing that can be served
   */
  public static List<Model> load(Path folder, Device device, int cores, int maxBatch) {
    List<Model> models = new ArrayList<>();
    for (Path file : files(folder)) {
      models.add(model(file, device, cores, maxBatch));
    }
    if (models.stream().allMatch(model -> model.generator().isEmpty())) {
      throw new GeneratorException(
          folder
              + ": none of its models can be served: "
              + models.stream()
                  .map(model -> model.name() + ": " + model.failure())
                  .collect(Collectors.joining("; ")));
    }
    return models;
  }

  private static List<Path> files(Path folder) {
    if (Files.isRegularFile(folder)) {
      return List.of(folder);
    }
    if (!Files.isDirectory(folder)) {
      throw new GeneratorException(
          folder + ": there is no such folder or file; pass one with generators (*.onnx)");
    }
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files =
          listed
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .filter(ModelFolder::looksLikeOne)
              .filter(ModelFolder::isOne)
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new GeneratorException(folder + ": cannot be read (" + e.getMessage() + ")", e);
    }
    if (files.isEmpty()) {
      throw new GeneratorException(
          folder + ": holds no *.onnx; 'retort export' makes one from a generator");
    }
    return files;
  }

  private static boolean looksLikeOne(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX);
  }

  private static boolean isOne(Path file) {
    if (!Files.isRegularFile(file)) {
      LOG.warn("{}: skipped, since it is no file, or a link to none", file);
      return false;
    }
    if (!file.getFileName().toString().endsWith(SUFFIX)) {
      LOG.warn("{}: skipped, since its name does not end in {}", file, SUFFIX);
      return false;
    }
    return true;
  }

  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }

  private static Model model(Path file, Device device, int cores, int maxBatch) {
    try {
      if (name(file).equals(RESERVED)) {
        throw new GeneratorException(
            "its name is that of the service, whose health is asked for by it; rename the file");
      }
      return new Model(
          name(file), Optional.of(OnnxGenerator.open(file, device, cores, maxBatch)), "");
    } catch (GeneratorException e) {
      LOG.error("{}: {}", file, e.getMessage());
      return new Model(name(file), Optional.empty(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("{}: cannot be served", file, e);
      return new Model(name(file), Optional.empty(), "it cannot be served: " + e);
    }
  }
}

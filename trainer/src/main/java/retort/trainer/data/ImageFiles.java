package retort.trainer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import retort.denoiser.ImageShape;

/** A folder of image files, or a zip of one: every PNG and JPEG below it, sorted by path. */
final class ImageFiles {

  private final Path root;
  private final String source;
  private final List<String> names;
  private final List<String> labelFiles;

  private ImageFiles(Path root, String source) throws IOException {
    this.root = root;
    this.source = source;
    List<String> all = names(root);
    this.names = all.stream().filter(ImageFiles::isImage).toList();
    this.labelFiles = all.stream().filter(ImageLabels::isFile).toList();
  }

  static ImageDataset readFolder(Path folder) {
    try {
      return new ImageFiles(folder, folder.toString()).read();
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  static ImageDataset readZip(Path zip) {
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of())) {
      return new ImageFiles(files.getPath("/"), zip.toString()).read();
    } catch (IOException | UncheckedIOException | ProviderNotFoundException e) {
      throw new DataException(
          "%s: begins like a zip but cannot be read as one (%s). The file is damaged or cut off: copy or download it again"
              .formatted(zip, e.getMessage()),
          e);
    }
  }

  /** What begins with a dot, and what macOS adds to zips, is left out. */
  private static List<String> names(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      String separator = root.getFileSystem().getSeparator();
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace(separator, "/"))
          .filter(name -> !name.startsWith(".") && !name.contains("/."))
          .filter(name -> !name.toLowerCase(Locale.ROOT).startsWith("__macosx/"))
          .sorted()
          .toList();
    }
  }

  private static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".png") || lower.endsWith(".jpg") || lower.endsWith(".jpeg");
  }

  private ImageDataset read() {
    if (names.isEmpty()) {
      throw new DataException(
          source
              + ": holds no .png, .jpg or .jpeg file, nor IDX files or CIFAR's binary files: give a"
              + " folder or zip of images");
    }
    ImageLabels labels = ImageLabels.of(root, source, names, labelFiles);
    List<DecodedImage> images =
        names.parallelStream()
            .map(name -> DecodedImage.read(root.resolve(name), source + ": " + name))
            .toList();
    ImageShape shape = images.get(0).shape();
    byte[][] pixels = new byte[images.size()][];
    int lossy = 0;
    for (int i = 0; i < pixels.length; i++) {
      if (!images.get(i).shape().equals(shape)) {
        throw new DataException(
            "%s: %s is %s but %s is %s, as channels, height and width. All images must have one shape: convert or remove those that differ"
                .formatted(source, names.get(i), images.get(i).shape(), names.get(0), shape));
      }
      pixels[i] = images.get(i).pixels();
      lossy += images.get(i).lossy() ? 1 : 0;
    }
    return new ImageDataset(shape, pixels, labels.labels(), labels.names(), lossy);
  }
}

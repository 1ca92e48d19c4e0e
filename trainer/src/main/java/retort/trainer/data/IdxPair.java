package retort.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.denoiser.ImageShape;

/**
 * A file of images and the file of their labels, found by name.
 *
 * @param images the IDX file with three dimensions
 * @param labels the IDX file with one dimension, or nothing
 */
record IdxPair(Path images, Optional<Path> labels) {

  private static final String IMAGES = "images";
  private static final String LABELS = "labels";
  private static final String GZIP = ".gz";

  /** Whether a folder holds files that are named like IDX files. */
  static boolean isIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.getFileName().toString().matches(".*idx[13]-ubyte.*"));
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be listed: " + e, e);
    }
  }

  /** The pair of one split in a folder. */
  static IdxPair in(Path folder, Split split) {
    Path images = require(folder, split, IMAGES, 3);
    return new IdxPair(images, Optional.of(require(folder, split, LABELS, 1)));
  }

  private static Path require(Path folder, Split split, String what, int rank) {
    String stem = split.prefix() + "-" + what;
    String kind = "idx" + rank + "-ubyte";
    List<String> names = List.of(stem + "-" + kind, stem + "." + kind);
    return first(folder, names)
        .orElseThrow(
            () ->
                new DataException(
                    "%s: has IDX files but neither %s nor %s%s: put it there, or give the file of images itself"
                        .formatted(folder, names.get(0), names.get(0), GZIP)));
  }

  /** A file of images, and its labels where they lie beside it. */
  static IdxPair of(Path images) {
    Path folder = images.toAbsolutePath().getParent();
    String name = images.getFileName().toString();
    if (folder == null || !name.contains(IMAGES)) {
      return new IdxPair(images, Optional.empty());
    }
    String labels = name.replace(IMAGES, LABELS).replace("idx3", "idx1");
    String plain =
        labels.endsWith(GZIP) ? labels.substring(0, labels.length() - GZIP.length()) : labels;
    return new IdxPair(images, first(folder, List.of(plain)));
  }

  private static Optional<Path> first(Path folder, List<String> names) {
    return names.stream()
        .flatMap(name -> Stream.of(name, name + GZIP))
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  ImageDataset read() {
    IdxFile pixels = IdxFile.read(images, 3);
    ImageShape shape = new ImageShape(1, pixels.dimension(1), pixels.dimension(2));
    byte[][] all = pixels.items().toArray(new byte[0][]);
    if (labels.isEmpty()) {
      return new ImageDataset(shape, all, new int[0], List.of());
    }
    IdxFile bytes = IdxFile.read(labels.get(), 1);
    if (bytes.dimension(0) != all.length) {
      throw new DataException(
          "%s: has %d labels but %s has %d images: the two files must belong together"
              .formatted(labels.get(), bytes.dimension(0), images.getFileName(), all.length));
    }
    int[] values = new int[all.length];
    int largest = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Byte.toUnsignedInt(bytes.items().get(0)[i]);
      largest = Math.max(largest, values[i]);
    }
    List<String> names = new ArrayList<>();
    IntStream.rangeClosed(0, largest).forEach(label -> names.add(Integer.toString(label)));
    return new ImageDataset(shape, all, values, names);
  }
}

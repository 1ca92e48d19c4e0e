package retort.trainer.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.denoiser.ImageShape;

/**
 * CIFAR-10 or CIFAR-100 in its binary version: records of one or two label bytes and 32 x 32 pixels
 * in three planes, red, green and blue.
 */
final class CifarFiles {
  private static final ImageShape SHAPE = new ImageShape(3, 32, 32);
  private static final int BUFFER_BYTES = 1 << 16;

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "cifar-10-batches-bin",
              IntStream.rangeClosed(1, 5).mapToObj("data_batch_%d.bin"::formatted).toList(),
              "test_batch.bin",
              "batches.meta.txt",
              List.of(10)),
          new Kind(
              "cifar-100-binary",
              List.of("train.bin"),
              "test.bin",
              "fine_label_names.txt",
              List.of(20, 100)));

  /**
   * One of the data sets that have this form.
   *
   * @param folder what its archive unpacks to
   * @param training files of its training half
   * @param test file of its test half
   * @param nameFile the names of its labels, one a line
   * @param labels how many labels each label byte knows; the last byte's are used, the fine ones
   */
  private record Kind(
      String folder, List<String> training, String test, String nameFile, List<Integer> labels) {
    List<Path> files(Path folder, Split split) {
      List<String> names = split == Split.TRAIN ? training : List.of(test);
      return names.stream().map(folder::resolve).toList();
    }

    boolean isIn(Path folder) {
      return Stream.concat(training.stream(), Stream.of(test))
          .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
    }

    int classes() {
      return labels.get(labels.size() - 1);
    }

    int recordBytes() {
      return labels.size() + SHAPE.elements();
    }
  }

  private final Kind kind;
  private final List<Path> files;

  private CifarFiles(Kind kind, List<Path> files) {
    this.kind = kind;
    this.files = files;
  }

  /**
   * The files of one split, in a folder or in the sub-folder that the published archives make.
   *
   * @throws DataException when both data sets are there, or some files of one are missing
   */
  static Optional<CifarFiles> in(Path source, Split split) {
    List<CifarFiles> found = new ArrayList<>();
    for (Kind kind : KINDS) {
      Stream.of(source, source.resolve(kind.folder))
          .filter(kind::isIn)
          .map(folder -> new CifarFiles(kind, kind.files(folder, split)))
          .forEach(found::add);
    }
    if (found.size() > 1) {
      throw new DataException(
          "%s: holds CIFAR images twice, %s and %s: give the folder of one of them, or one file"
              .formatted(source, found.get(0).files.get(0), found.get(1).files.get(0)));
    }
    found.forEach(CifarFiles::requireAll);
    return found.stream().findFirst();
  }

  private void requireAll() {
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new DataException(
            file
                + ": does not exist, but other files of this CIFAR data set lie there: put it beside"
                + " them, or give one of these files itself");
      }
    }
  }

  /** A single file, if it is named as one of CIFAR's. */
  static Optional<CifarFiles> of(Path file) {
    String name = String.valueOf(file.getFileName());
    return KINDS.stream()
        .filter(kind -> kind.training.contains(name) || kind.test.equals(name))
        .map(kind -> new CifarFiles(kind, List.of(file)))
        .findFirst();
  }

  ImageDataset read() {
    List<String> names = labelNames();
    List<byte[]> pixels = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (Path file : files) {
      read(file, pixels, labels);
    }
    return new ImageDataset(
        SHAPE,
        pixels.toArray(new byte[0][]),
        labels.stream().mapToInt(Integer::intValue).toArray(),
        names);
  }

  private void read(Path file, List<byte[]> pixels, List<Integer> labels) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      long size = Files.size(file);
      if (size == 0 || size % kind.recordBytes() != 0) {
        throw new DataException(
            "%s: has %d bytes, but an image of this CIFAR data set takes %d. The file is cut off or another: copy or unpack it again"
                .formatted(file, size, kind.recordBytes()));
      }
      for (long record = 0; record < size / kind.recordBytes(); record++) {
        labels.add(label(in.readNBytes(kind.labels.size()), file, record));
        pixels.add(in.readNBytes(SHAPE.elements()));
      }
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private int label(byte[] bytes, Path file, long record) {
    int label = 0;
    for (int i = 0; i < kind.labels.size(); i++) {
      label = Byte.toUnsignedInt(bytes[i]);
      if (label >= kind.labels.get(i)) {
        throw new DataException(
            "%s: image %d has the label %d, but labels there go from 0 to %d. The file is damaged or another: copy or unpack it again"
                .formatted(file, record, label, kind.labels.get(i) - 1));
      }
    }
    return label;
  }

  /** From the file that comes with the images; numbers without it. */
  private List<String> labelNames() {
    Path file = files.get(0).resolveSibling(kind.nameFile);
    if (!Files.exists(file)) {
      return IntStream.range(0, kind.classes()).mapToObj(Integer::toString).toList();
    }
    try {
      List<String> names =
          Files.readAllLines(file).stream().map(String::strip).filter(n -> !n.isEmpty()).toList();
      if (names.size() != kind.classes()) {
        throw new DataException(
            "%s: names %d labels, but there are %d, one a line: copy or unpack it again, or remove it"
                .formatted(file, names.size(), kind.classes()));
      }
      return names;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read as names of labels: " + e, e);
    }
  }
}

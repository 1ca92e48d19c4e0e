package retort.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import retort.file.WholeFile;
import retort.graph.Tensor;

/**
 * The data file beside a model whose weights exceed one message.
 *
 * <p>It is named for the model and its own content, {@code teacher.onnx.0123456789abcdef.data}, so
 * new data never takes the place of old: the data file comes first, then the model that names it,
 * and the old data goes last. Whenever that ends, the model's file and the data it names are one
 * pair. Since the name holds a digest, the digest of the model's file stands for both. What a
 * killed process leaves of this is removed when the model is written again.
 *
 * @param file where it is
 * @param digest SHA-256 of its bytes, lower-case hexadecimal
 * @param isNew whether no such file was there before
 * @param places the offset of each weight in it, by name
 */
record WeightFile(Path file, String digest, boolean isNew, Map<String, Long> places) {
  /** Offsets are multiples of it, so that a runtime can map a weight. */
  private static final int ALIGNMENT = 4096;

  /** Smaller weights stay in the model, where a runtime may look for shapes. */
  private static final int SMALLEST = 1024;

  private static final int DIGITS = 16;

  /** Writes the data file of a model; nothing refers to it yet. */
  static WeightFile write(Path model, Map<String, Tensor> weights) throws IOException {
    Map<String, Long> places = new LinkedHashMap<>();
    MessageDigest sha256 = sha256();
    boolean[] isNew = new boolean[1];
    StringBuilder digest = new StringBuilder();
    Path file =
        WholeFile.write(
            folder(model),
            part -> {
              try (OutputStream out =
                  new BufferedOutputStream(
                      new DigestOutputStream(Files.newOutputStream(part), sha256), 1 << 16)) {
                places.putAll(write(weights, out));
              }
            },
            () -> {
              digest.append(HexFormat.of().formatHex(sha256.digest()));
              String name = prefix(model) + digest.substring(0, DIGITS) + ".data";
              isNew[0] = !Files.exists(folder(model).resolve(name));
              return name;
            });
    return new WeightFile(file, digest.toString(), isNew[0], places);
  }

  private static Map<String, Long> write(Map<String, Tensor> weights, OutputStream out)
      throws IOException {
    Map<String, Long> places = new LinkedHashMap<>();
    long offset = 0;
    for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
      long length = RawValues.length(weight.getValue());
      if (length >= SMALLEST) {
        int gap = (int) (-offset & (ALIGNMENT - 1));
        out.write(new byte[gap]);
        places.put(weight.getKey(), offset + gap);
        RawValues.write(weight.getValue(), out);
        offset += gap + length;
      }
    }
    return places;
  }

  /** Tells a message which of its weights are here. */
  void addTo(ModelMessage message, Map<String, Tensor> weights) {
    places.forEach(
        (name, offset) -> {
          long length = RawValues.length(Objects.requireNonNull(weights.get(name)));
          Map<String, String> place = new LinkedHashMap<>();
          place.put("location", file.getFileName().toString());
          place.put("offset", Long.toString(offset));
          place.put("length", Long.toString(length));
          message.move(name, place);
        });
  }

  /** Takes the file back, since the model that would name it could not be written. */
  void discard() throws IOException {
    if (isNew) {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Removes data files of a model's name that no model beside them uses any more. What cannot be
   * removed now is removed when the model is written again.
   */
  static void removeUnused(Path model) {
    Map<String, Path> unused = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder(model))) {
      List<Path> listed = files.toList();
      for (Path file : listed) {
        String name = file.getFileName().toString();
        if (isDataOf(model, name)) {
          unused.put(name, file);
        }
      }
      for (Path file : unused.isEmpty() ? List.<Path>of() : listed) {
        if (file.toString().endsWith(".onnx") || file.equals(model)) {
          used(Skeleton.read(DataFile.open(file))).forEach(unused::remove);
        }
      }
      for (Path file : unused.values()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException | OnnxException e) {
      // A model that cannot be read may use any of them, so all stay.
    }
  }

  private static boolean isDataOf(Path model, String name) {
    return name.startsWith(prefix(model))
        && name.substring(prefix(model).length()).matches("[0-9a-f]{" + DIGITS + "}\\.data");
  }

  private static List<String> used(ModelProto model) {
    return model.getGraph().getInitializerList().stream()
        .map(TensorProto::getExternalDataList)
        .flatMap(List::stream)
        .filter(entry -> entry.getKey().equals("location"))
        .map(entry -> entry.getValue())
        .distinct()
        .toList();
  }

  private static String prefix(Path model) {
    return model.getFileName() + ".";
  }

  private static Path folder(Path model) {
    return Objects.requireNonNull(model.getParent());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

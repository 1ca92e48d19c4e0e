package retort.reference;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import retort.graph.DataType;
import retort.graph.Tensor;
import retort.statistics.NpyArray;
import retort.statistics.NpyFile;
import retort.statistics.NpyType;
import retort.statistics.NpzFile;

/**
 * One folder of tensors, and what made them.
 *
 * @param root the folder of all cases, to which cases refer to one another
 * @param folder the case's own folder
 * @param meta its {@code meta.json}
 */
public record ReferenceCase(Path root, Path folder, JsonObject meta) {
  static final String META = "meta.json";

  static ReferenceCase read(Path root, Path folder) {
    return new ReferenceCase(root, folder, json(folder.resolve(META)));
  }

  /** The folder's name below the folder of all cases. */
  public String name() {
    return root.relativize(folder).toString().replace('\\', '/');
  }

  /** What the case says it is; where it says nothing, the folder it is filed in. */
  public String kind() {
    return text(meta, "kind", root.relativize(folder).getName(0).toString());
  }

  /** A field of a JSON object, or what it is when left out. */
  static String text(JsonObject object, String field, String otherwise) {
    JsonElement value = object.get(field);
    return value == null ? otherwise : value.getAsString();
  }

  /** The case that a field of this one names, such as {@code teacher}. */
  public ReferenceCase refersTo(String field) {
    return read(root, root.resolve(meta.get(field).getAsString()));
  }

  /** Skips the running test, naming the case. */
  public void skip(String reason) {
    Assumptions.abort(name() + ": " + reason);
  }

  /** Whether the case has an array or another file. */
  public boolean has(String file) {
    return Files.exists(folder.resolve(file));
  }

  /** The array {@code name.npy}. */
  public Tensor tensor(String name) {
    return tensor(NpyFile.read(folder.resolve(name + ".npy")));
  }

  /** The arrays of a state dictionary. */
  public Map<String, Tensor> tensors(String npzFile) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    NpzFile.read(folder.resolve(npzFile))
        .forEach((name, array) -> tensors.put(name, tensor(array)));
    return tensors;
  }

  private static Tensor tensor(NpyArray array) {
    return array.type() == NpyType.FLOAT64
        ? Tensor.reals(DataType.FLOAT64, array.shape(), array.doubles())
        : Tensor.floats(array.shape(), array.floats());
  }

  /** The JSON object in a file. */
  public JsonObject json(String file) {
    return json(folder.resolve(file));
  }

  private static JsonObject json(Path file) {
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

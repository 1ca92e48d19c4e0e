package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import retort.graph.Tensor;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;

/** Writes tensors in each of the forms in which people publish weights. */
public final class PublishedForms {
  private static final String PERSISTENT = "_reconstruct_persistent_obj";

  private PublishedForms() {}

  /** A network as EDM's code pickles it, for {@link #pickle}. */
  public record Network(String className, Map<String, ?> arguments, Map<String, Tensor> tensors) {}

  /** An object without parameters, as EDM's code pickles it. */
  public record Thing(String className, Map<String, ?> attributes) {}

  /** A dictionary of networks, things, settings and state dictionaries. */
  public static Path pickle(Path file, Map<String, ?> content) {
    PickleAssembler asm = PickleAssembler.protocol2();
    put(asm, content);
    return Fixtures.write(file, asm.raw(".").done());
  }

  /** What PyTorch wrote before 1.6. */
  public static Path legacy(Path file, Map<String, Tensor> tensors) {
    PickleAssembler asm = PickleAssembler.protocol2();
    asm.raw("\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.");
    asm.raw("\u0080\u0002M\u00e9\u0003.\u0080\u0002}.\u0080\u0002");
    stateDictionary(asm, tensors);
    asm.raw(".\u0080\u0002](");
    for (int i = 0; i < tensors.size(); i++) {
      asm.text(Integer.toString(i));
    }
    asm.raw("e.");
    for (Tensor tensor : tensors.values()) {
      asm.i64(tensor.elements()).bytes(bytes(tensor));
    }
    return Fixtures.write(file, asm.done());
  }

  /** What PyTorch writes. */
  public static Path zip(Path file, Map<String, Tensor> tensors) {
    PickleAssembler asm = PickleAssembler.protocol2();
    stateDictionary(asm, tensors);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", asm.raw(".").done());
    int number = 0;
    for (Tensor tensor : tensors.values()) {
      entries.put("archive/data/" + number++, bytes(tensor));
    }
    return Fixtures.write(file, stored(entries));
  }

  public static Path safetensors(Path file, Map<String, Tensor> tensors) {
    List<String> entries = new ArrayList<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    tensors.forEach(
        (name, tensor) -> {
          int begin = data.size();
          data.writeBytes(bytes(tensor));
          entries.add(
              "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(name, Arrays.toString(tensor.shape()), begin, data.size()));
        });
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(UTF_8);
    return Fixtures.write(
        file,
        new PickleAssembler().i64(header.length).bytes(header).bytes(data.toByteArray()).done());
  }

  public static Path npz(Path file, Map<String, Tensor> tensors) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> arrays.put(name, NpyArray.of(tensor.floats(), tensor.shape())));
    NpzFile.write(file, arrays);
    return file;
  }

  /** A pickle that runs a command, for whoever executes it. */
  public static Path hostile(Path file) {
    PickleAssembler asm = PickleAssembler.protocol2().global("os", "system").raw("(");
    return Fixtures.write(file, asm.text("true").raw("tR.").done());
  }

  private static void stateDictionary(PickleAssembler asm, Map<String, Tensor> tensors) {
    int number = 0;
    asm.raw("}(");
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      asm.text(entry.getKey()).global("torch._utils", "_rebuild_tensor_v2").raw("((");
      asm.text("storage").global("torch", "FloatStorage").text(Integer.toString(number++));
      asm.text("cpu").integer(tensor.elements()).raw("tQ").integer(0);
      sizes(asm, tensor.shape());
      sizes(asm, strides(tensor.shape()));
      asm.raw("\u0089NtR");
    }
    asm.raw("u");
  }

  private static void sizes(PickleAssembler asm, int[] sizes) {
    asm.raw("(");
    for (int size : sizes) {
      asm.integer(size);
    }
    asm.raw("t");
  }

  private static int[] strides(int[] shape) {
    int[] strides = new int[shape.length];
    int stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }

  private static byte[] bytes(Tensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.elements()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(tensor.floats());
    return bytes.array();
  }

  private static void put(PickleAssembler asm, @Nullable Object value) {
    if (value == null) {
      asm.raw("N");
    } else if (value instanceof String text) {
      asm.text(text);
    } else if (value instanceof Boolean flag) {
      asm.raw(flag ? "\u0088" : "\u0089");
    } else if (value instanceof Integer number) {
      asm.integer(number);
    } else if (value instanceof Double number) {
      asm.raw("G").bytes(ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
    } else if (value instanceof List<?> list) {
      asm.raw("](");
      list.forEach(element -> put(asm, element));
      asm.raw("e");
    } else if (value instanceof Map<?, ?> map) {
      asm.raw("}(");
      map.forEach(
          (key, element) -> {
            put(asm, key);
            put(asm, element);
          });
      asm.raw("u");
    } else if (value instanceof Tensor tensor) {
      long[] strides = Arrays.stream(strides(tensor.shape())).asLongStream().toArray();
      byte[] storage = PickleAssembler.storage(tensor.floats());
      asm.tensor(storage, 0, tensor.shape(), strides);
    } else if (value instanceof Network network) {
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("_init_args", List.of());
      state.put("_init_kwargs", network.arguments());
      state.put("_parameters", network.tensors());
      state.put("_modules", Map.of());
      persistent(asm, network.className(), state);
    } else if (value instanceof Thing thing) {
      persistent(asm, thing.className(), thing.attributes());
    } else {
      throw new IllegalArgumentException("no pickle of " + value);
    }
  }

  private static void persistent(PickleAssembler asm, String className, Map<String, ?> state) {
    asm.global("torch_utils.persistence", PERSISTENT).raw("(");
    put(asm, Map.of("type", "class", "class_name", className, "state", state));
    asm.raw("tR");
  }

  private static byte[] stored(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        CRC32 crc = new CRC32();
        crc.update(each.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(each.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(each.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}

package retort.exporter.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import retort.graph.Tensor;

/**
 * Hugging Face's files of named tensors: a length, a JSON header, and the elements, which must fill
 * the rest of the file without a gap and without overlapping.
 */
final class Safetensors {
  private static final String METADATA = "__metadata__";
  private static final int LENGTH_BYTES = 8;

  private final FileSource file;
  private final Map<String, @Nullable Object> header;
  private final Region data;

  private Safetensors(FileSource file, Budget budget) {
    this.file = file;
    try (ByteCursor in = new ByteCursor(file, 0)) {
      Region bytes = in.region(in.i64());
      header = Json.read(bytes, budget);
      data = in.region(in.remaining());
    }
  }

  /** Whether a file that begins like this is of this form: a length, and then a JSON object. */
  static boolean begins(byte[] start) {
    return start.length > LENGTH_BYTES
        && start[LENGTH_BYTES] == '{'
        && start[LENGTH_BYTES - 1] == 0
        && start[LENGTH_BYTES - 2] == 0;
  }

  /** All tensors of a file, in its order. */
  static Checkpoint read(FileSource file, Budget budget) {
    Safetensors safetensors = new Safetensors(file, budget);
    Map<String, Map<String, @Nullable Object>> notes = new LinkedHashMap<>();
    if (safetensors.header.get(METADATA) instanceof Map<?, ?> metadata) {
      Map<String, @Nullable Object> texts = new LinkedHashMap<>();
      metadata.forEach((key, value) -> texts.put(String.valueOf(key), value));
      notes.put("metadata", texts);
    }
    return Checkpoint.of(file.file(), "safetensors", safetensors.tensors(budget), notes);
  }

  /** Where a tensor's elements are among the data. */
  private record Range(String name, long begin, long end) {}

  private Map<String, Tensor> tensors(Budget budget) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<Range> ranges = new ArrayList<>();
    header.forEach(
        (name, entry) -> {
          if (!name.equals(METADATA)) {
            budget.objects(8);
            Map<?, ?> described = entry instanceof Map<?, ?> map ? map : Map.of();
            long[] shape = integers(name, described.get("shape"));
            long[] offsets = integers(name, described.get("data_offsets"));
            ElementType type = type(name, described.get("dtype"));
            if (offsets.length != 2
                || offsets[0] < 0
                || offsets[0] > offsets[1]
                || offsets[1] > data.size()) {
              throw refusal(name, "has data_offsets outside of the " + data.size() + " bytes");
            }
            ranges.add(new Range(name, offsets[0], offsets[1]));
            tensors.put(name, tensor(name, type, shape, offsets).tensor());
          }
        });
    checkFilled(ranges);
    return tensors;
  }

  private StoredTensor tensor(String name, ElementType type, long[] shape, long[] offsets) {
    Region bytes = new Region(data, offsets[0], offsets[1] - offsets[0]);
    try {
      StoredTensor tensor = StoredTensor.contiguous(new Storage(type, bytes), shape);
      if ((long) tensor.count() * type.bytes() == bytes.size()) {
        return tensor;
      }
    } catch (IllegalArgumentException e) {
      throw refusal(name, "is " + e.getMessage(), e);
    }
    throw refusal(name, "has a shape that does not fill its " + bytes.size() + " bytes");
  }

  private void checkFilled(List<Range> ranges) {
    ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
    long end = 0;
    for (Range range : ranges) {
      if (range.begin != end) {
        throw refusal(
            range.name,
            "begins at byte " + range.begin + " of the data where the one before ends at " + end);
      }
      end = range.end;
    }
    if (end != data.size()) {
      throw file.refusal(
          data.start() + end,
          (data.size() - end)
              + " bytes belong to no tensor; the file is damaged, download it again");
    }
  }

  private ElementType type(String name, @Nullable Object type) {
    return ElementType.ofSafetensors(String.valueOf(type))
        .orElseThrow(
            () ->
                new CheckpointException(
                    file.file()
                        + ": tensor "
                        + Words.quoted(name)
                        + " is of type "
                        + Words.plain(String.valueOf(type))
                        + " but Retort reads floats of 16 to 64 bits, integers and truth values;"
                        + " convert it to float32"));
  }

  private long[] integers(String name, @Nullable Object list) {
    List<?> elements = list instanceof List<?> found ? found : List.of("missing");
    long[] integers = new long[elements.size()];
    for (int i = 0; i < integers.length; i++) {
      if (!(elements.get(i) instanceof Long integer)) {
        throw refusal(name, "has no shape and data_offsets of whole numbers");
      }
      integers[i] = integer;
    }
    return integers;
  }

  private CheckpointException refusal(String name, String what) {
    return new CheckpointException(sentence(name, what));
  }

  private CheckpointException refusal(String name, String what, Throwable cause) {
    return new CheckpointException(sentence(name, what), cause);
  }

  private String sentence(String name, String what) {
    return file.file()
        + ": tensor "
        + Words.quoted(name)
        + " "
        + what
        + "; the file is damaged, copy or download it again";
  }
}

package retort.exporter.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;
import retort.exporter.checkpoint.Pickled.None;
import retort.graph.Tensor;

/**
 * Turns settings in a pickle into plain values: null, booleans, {@link Long}, {@link Double},
 * texts, and lists and maps of these. What is none of these becomes a text that says what it was.
 */
final class Plain {
  private static final int MAX_VALUES = 10_000;
  private static final int MAX_DEPTH = 8;

  private int values;
  private boolean complete = true;

  /** What an entry beside the network says, if all of it is settings. */
  static Optional<Map<String, @Nullable Object>> note(Object value) {
    Plain plain = new Plain();
    Map<String, @Nullable Object> note = new LinkedHashMap<>();
    if (value instanceof Entries entries) {
      note.putAll(plain.map(entries));
    } else if (value instanceof Instance instance) {
      note.put("class_name", instance.className());
      if (instance.attributes().get("_init_kwargs") instanceof Entries arguments) {
        note.putAll(plain.map(arguments));
      }
      instance
          .attributes()
          .map
          .forEach(
              (key, attribute) -> {
                if (key instanceof String name && !name.startsWith("_")) {
                  note.put(name, plain.of(attribute));
                }
              });
    }
    return plain.complete && !note.isEmpty()
        ? Optional.of(Collections.unmodifiableMap(note))
        : Optional.empty();
  }

  /** A dictionary of settings; keys that are no texts become texts. */
  Map<String, @Nullable Object> map(Entries entries) {
    return map(entries, 0);
  }

  /** One setting. */
  @Nullable Object of(Object value) {
    return of(value, 0);
  }

  private Map<String, @Nullable Object> map(Entries entries, int depth) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    entries.map.forEach(
        (key, value) -> {
          if (values < MAX_VALUES) {
            map.put(key instanceof String text ? text : Words.of(key), of(value, depth + 1));
          }
        });
    return Collections.unmodifiableMap(map);
  }

  private List<@Nullable Object> list(Items items, int depth) {
    List<@Nullable Object> list = new ArrayList<>();
    for (Object item : items.list) {
      if (values < MAX_VALUES) {
        list.add(of(item, depth + 1));
      }
    }
    return Collections.unmodifiableList(list);
  }

  private @Nullable Object of(Object value, int depth) {
    if (++values >= MAX_VALUES || depth > MAX_DEPTH) {
      complete = false;
      return "...";
    }
    if (value == None.NONE) {
      return null;
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Items items) {
      return list(items, depth);
    }
    if (value instanceof Entries entries) {
      return map(entries, depth);
    }
    Optional<StoredTensor> array = Numpy.tensor(value);
    if (array.isPresent() && array.get().rank() <= 1 && array.get().count() < MAX_VALUES) {
      return numbers(array.get().read());
    }
    if (value instanceof ElementType type) {
      return type.type().torchName();
    }
    complete &= value instanceof Global;
    return Words.of(value);
  }

  private static Object numbers(Tensor tensor) {
    List<Object> numbers = new ArrayList<>();
    if (tensor.type().isFloating()) {
      Arrays.stream(tensor.reals()).forEach(numbers::add);
    } else {
      Arrays.stream(tensor.integers()).forEach(numbers::add);
    }
    return tensor.rank() == 0 ? numbers.get(0) : Collections.unmodifiableList(numbers);
  }
}

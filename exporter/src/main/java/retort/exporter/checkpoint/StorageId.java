package retort.exporter.checkpoint;

import java.util.List;
import retort.exporter.checkpoint.Pickled.Items;

/**
 * How PyTorch's files name a storage in a pickle.
 *
 * @param type of its elements
 * @param key under which the file has its bytes
 * @param elements how many
 */
record StorageId(ElementType type, String key, long elements) {
  /** The device it was on, which does not matter here, stands fourth. */
  private static final int PARTS = 5;

  /** Reads a persistent name. */
  static StorageId of(List<Object> id, PickleMachine machine) {
    if (id.size() >= PARTS
        && "storage".equals(id.get(0))
        && id.get(1) instanceof ElementType type
        && (id.get(2) instanceof String || id.get(2) instanceof Long)
        && id.get(4) instanceof Long elements
        && elements >= 0
        && elements <= Long.MAX_VALUE / type.bytes()) {
      return new StorageId(type, id.get(2).toString(), elements);
    }
    throw machine.refusal(
        "a persistent name that is no storage of PyTorch: "
            + (id.isEmpty() ? "nothing" : Words.of(id.get(0)))
            + "; the file is damaged, or not one of PyTorch");
  }

  /** The part of a storage that the oldest files name after the rest. */
  static Storage part(List<Object> id, Storage whole, PickleMachine machine) {
    if (id.size() <= PARTS || !(id.get(PARTS) instanceof Items view)) {
      return whole;
    }
    if (view.list.size() == 3
        && view.list.get(1) instanceof Long first
        && view.list.get(2) instanceof Long count
        && first >= 0
        && count >= 0
        && count <= whole.elements() - first) {
      return whole.part(first, count);
    }
    throw machine.refusal("a view that leaves its storage; the file is damaged");
  }

  /** How many bytes it takes. */
  long bytes() {
    return elements * type.bytes();
  }
}

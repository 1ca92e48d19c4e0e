package retort.exporter.checkpoint;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Items;

/**
 * The files of PyTorch before 1.6: five pickles back to back (a magic number, a version, what wrote
 * it, the object, the keys of its storages), then for each key a count and the elements. Storages
 * within other pickles have this form still.
 */
final class LegacyTorch {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final ByteCursor in;
  private final Budget budget;
  private final int depth;
  private final Map<String, Storage> storages = new LinkedHashMap<>();

  private LegacyTorch(ByteCursor in, Budget budget, int depth) {
    this.in = in;
    this.budget = budget;
    this.depth = depth;
  }

  /** Whether the first pickle of a file says that it is of this form. */
  static boolean begins(Object firstPickle) {
    return firstPickle.equals(MAGIC);
  }

  /** The object in a file of this form. */
  static Object load(ByteSource source, Budget budget, int depth) {
    try (ByteCursor in = new ByteCursor(source, 0)) {
      LegacyTorch file = new LegacyTorch(in, budget, depth);
      if (!begins(file.plainPickle())) {
        throw source.refusal(0, "no storage of PyTorch; the file is damaged");
      }
      return file.rest();
    }
  }

  /** The object in a file of this form, of which the first pickle has been read. */
  static Object rest(ByteCursor in, Budget budget) {
    return new LegacyTorch(in, budget, 0).rest();
  }

  private Object rest() {
    Object version = plainPickle();
    if (!version.equals(VERSION)) {
      throw refusal("is of version " + Words.of(version) + " but Retort reads " + VERSION);
    }
    if (plainPickle() instanceof Entries system
        && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw refusal("is big-endian; save it again on a little-endian machine");
    }
    Object value = new PickleMachine(in, this::persistent, budget, depth).load();
    if (!(plainPickle() instanceof Items keys)) {
      throw refusal("has no list of storages; the file is damaged");
    }
    keys.list.forEach(key -> place(key.toString()));
    storages.forEach(
        (key, storage) -> {
          if (!storage.placed()) {
            throw refusal("has no data for storage " + Words.quoted(key) + "; the file is cut off");
          }
        });
    return value;
  }

  private Object plainPickle() {
    return new PickleMachine(in, PersistentIds.NONE, budget, depth).load();
  }

  private Object persistent(List<Object> id, PickleMachine machine) {
    if (id.size() > 1 && "module".equals(id.get(0))) {
      return id.get(1); // A class; its source text follows and stays where it is.
    }
    StorageId name = StorageId.of(id, machine);
    budget.objects(4);
    Storage storage =
        storages.computeIfAbsent(name.key(), k -> new Storage(name.type(), name.elements()));
    if (storage.type() != name.type() || storage.elements() != name.elements()) {
      throw machine.refusal("two storages " + Words.quoted(name.key()) + "; the file is damaged");
    }
    return StorageId.part(id, storage, machine);
  }

  private void place(String key) {
    Storage storage = storages.get(key);
    long count = in.i64();
    if (storage == null || storage.placed() || storage.elements() != count) {
      throw refusal(
          "storage " + Words.quoted(key) + " is not what its tensors say; the file is damaged");
    }
    storage.place(in.region(count * storage.type().bytes()));
  }

  private CheckpointException refusal(String sentence) {
    return in.source().refusal(in.position(), sentence);
  }
}

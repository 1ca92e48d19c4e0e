package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of PyTorch since 1.6: a zip archive with the object as a pickle and each storage as an
 * entry of its own.
 */
final class TorchZip {
  private static final String PICKLE = "data.pkl";
  private static final int MAX_BYTE_ORDER = 16;

  private final Map<String, ZipItem> items;
  private final String prefix;

  /** More than the description of any network. */
  private static final long MAX_DEFLATED = 64L << 20;

  private final Budget budget;
  private final Map<String, Storage> storages = new HashMap<>();

  private TorchZip(Map<String, ZipItem> items, ZipItem pickle, Budget budget) {
    this.items = items;
    this.budget = budget;
    prefix = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
  }

  /** The archive's pickle, if it is one of PyTorch. */
  static Optional<ZipItem> pickle(Map<String, ZipItem> items) {
    return items.values().stream()
        .filter(item -> item.name().matches("([^/]+/)?data\\.pkl"))
        .findFirst();
  }

  /** The object in an archive. */
  static Object load(Map<String, ZipItem> items, ZipItem pickle, Budget budget) {
    TorchZip archive = new TorchZip(items, pickle, budget);
    if (items.containsKey(archive.prefix + "constants.pkl")) {
      throw new CheckpointException(
          pickle.place()
              + ": is a TorchScript program, not weights; in Python save its state dictionary,"
              + " torch.save(torch.jit.load(FILE).state_dict(), 'weights.pt'), and give that file");
    }
    archive.checkByteOrder();
    try (ByteCursor in = new ByteCursor(held(pickle), 0)) {
      return new PickleMachine(in, archive::persistent, budget, 0).load();
    }
  }

  /** A deflated pickle as it inflates: it is read in many places, each from its beginning on. */
  private static ByteSource held(ZipItem pickle) {
    if (!(pickle.content() instanceof InflatedBytes)) {
      return pickle;
    }
    if (pickle.size() > MAX_DEFLATED) {
      throw new CheckpointException(
          pickle.place()
              + ": inflates to "
              + pickle.size()
              + " bytes, far more than the description of a network; PyTorch does not deflate it:"
              + " save the file again");
    }
    try (ByteCursor in = new ByteCursor(pickle, 0)) {
      return new HeldBytes(in.bytes((int) pickle.size()), pickle.place());
    }
  }

  private void checkByteOrder() {
    ZipItem order = items.get(prefix + "byteorder");
    if (order == null || order.size() > MAX_BYTE_ORDER) {
      return;
    }
    try (ByteCursor in = new ByteCursor(order, 0)) {
      String word = new String(in.bytes((int) order.size()), US_ASCII);
      if (word.strip().equals("big")) {
        throw new CheckpointException(
            order.place() + ": is big-endian; save the file again on a little-endian machine");
      }
    }
  }

  private Object persistent(List<Object> id, PickleMachine machine) {
    StorageId name = StorageId.of(id, machine);
    Storage storage = storages.get(name.key());
    if (storage == null) {
      storage = storage(name, machine);
      storages.put(name.key(), storage);
    }
    if (storage.type() != name.type() || storage.elements() != name.elements()) {
      throw machine.refusal("two storages " + Words.quoted(name.key()) + "; the file is damaged");
    }
    return StorageId.part(id, storage, machine);
  }

  private Storage storage(StorageId name, PickleMachine machine) {
    ZipItem item = items.get(prefix + "data/" + name.key());
    if (item == null || item.size() != name.bytes()) {
      throw machine.refusal(
          "needs "
              + name.bytes()
              + " bytes in the archive's entry "
              + Words.quoted(prefix + "data/" + name.key())
              + ", which "
              + (item == null ? "is missing" : "has " + item.size())
              + "; the file is damaged, copy or download it again");
    }
    budget.objects(4);
    return new Storage(name.type(), item);
  }
}

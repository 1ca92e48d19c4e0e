package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import retort.exporter.checkpoint.Pickled.Blob;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Items;
import retort.exporter.checkpoint.Pickled.Maker;

/** What pickles call of Python's own library: containers, and bytes spelt as texts. */
final class Python {
  /** Protocol 2 spells bytes as text; a long one can only be a small network's storage. */
  private static final int MAX_ENCODED = 16 << 20;

  private Python() {}

  static Map<String, Maker> makers() {
    Map<String, Maker> makers = new HashMap<>();
    for (String dictionary :
        List.of("builtins.dict", "collections.OrderedDict", "collections.Counter")) {
      makers.put(dictionary, Python::dictionary);
    }
    makers.put("dnnlib.util.EasyDict", Python::dictionary);
    makers.put("collections.defaultdict", call -> new Entries());
    for (String list : List.of("builtins.list", "builtins.tuple", "builtins.set")) {
      makers.put(list, Python::list);
    }
    makers.put("builtins.frozenset", Python::list);
    makers.put("collections.deque", Python::list);
    makers.put("_codecs.encode", Python::encoded);
    makers.put("builtins.bytes", Python::encoded);
    makers.put("builtins.bytearray", Python::encoded);
    makers.put("copyreg._reconstructor", Python::newObject);
    makers.put("copyreg.__newobj__", Python::newObject);
    // Bound methods of hooks, and types as values: data, which are never called.
    for (String inert :
        List.of(
            "builtins.getattr",
            "builtins.object",
            "builtins.type",
            "builtins.int",
            "builtins.float",
            "builtins.bool",
            "builtins.str",
            "builtins.complex",
            "builtins.slice",
            "builtins.range",
            "argparse.Namespace",
            "types.SimpleNamespace",
            "pathlib.Path",
            "pathlib.PosixPath",
            "pathlib.PurePosixPath",
            "pathlib.WindowsPath",
            "pathlib.PureWindowsPath")) {
      makers.put(inert, Globals.inert(inert));
    }
    return makers;
  }

  /** A new dictionary, of pairs or of another dictionary or of nothing. */
  private static Object dictionary(Call call) {
    Entries entries = new Entries();
    if (call.arguments().isEmpty()) {
      return entries;
    }
    if (call.argument(0) instanceof Entries given) {
      call.machine().budget().objects(given.map.size());
      entries.map.putAll(given.map);
      return entries;
    }
    List<Object> pairs = call.items(0);
    call.machine().budget().objects(pairs.size());
    for (Object pair : pairs) {
      if (!(pair instanceof Items items && items.list.size() == 2)) {
        throw call.machine().refusal(call.of().name() + " of no pairs; the file is damaged");
      }
      entries.map.put(items.list.get(0), items.list.get(1));
    }
    return entries;
  }

  private static Object list(Call call) {
    if (call.arguments().isEmpty()) {
      return new Items(new ArrayList<>());
    }
    List<Object> given = call.items(0);
    call.machine().budget().bytes(8L * given.size());
    return new Items(new ArrayList<>(given));
  }

  /** An object of a class, which comes first; what Python 2 adds, base and state, is empty. */
  private static Object newObject(Call call) {
    Global type = call.argument(0, Global.class, "a class");
    if (type.name().startsWith("copy") || type.name().startsWith("torch._")) {
      throw call.machine().refusal("an object of no class; the file is damaged");
    }
    return call.machine().call(type, new Items(new ArrayList<>()));
  }

  /** Bytes spelt as a text whose characters are the bytes, or as UTF-8. */
  private static Object encoded(Call call) {
    PickleMachine machine = call.machine();
    if (call.arguments().isEmpty()) {
      return new Blob(new HeldBytes(new byte[0], machine.place()));
    }
    Object given = call.argument(0);
    if (call.arguments().size() == 1 && given instanceof Blob) {
      return given; // Bytes of bytes.
    }
    String text = given instanceof Blob blob ? text(blob, machine) : call.text(0);
    boolean utf8 =
        call.arguments().size() > 1
            && call.text(1).toLowerCase(Locale.ROOT).replace("-", "").equals("utf8");
    machine.budget().bytes(text.length());
    return new Blob(new HeldBytes(text.getBytes(utf8 ? UTF_8 : ISO_8859_1), machine.place()));
  }

  private static String text(Blob blob, PickleMachine machine) {
    if (blob.bytes.size() > MAX_ENCODED) {
      throw machine.refusal(
          "spells "
              + blob.bytes.size()
              + " bytes as text, as old pickles do; save the file again with protocol 4");
    }
    machine.budget().bytes(2 * blob.bytes.size());
    try (ByteCursor in = new ByteCursor(blob.bytes, 0)) {
      return new String(in.bytes((int) blob.bytes.size()), UTF_8);
    }
  }
}

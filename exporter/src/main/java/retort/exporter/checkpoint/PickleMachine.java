package retort.exporter.checkpoint;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import retort.exporter.checkpoint.Pickled.Blob;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;
import retort.exporter.checkpoint.Pickled.None;

/**
 * Follows the instructions of a Python pickle, protocols 0 to 5, over inert values.
 *
 * <p>A pickle is a program for a machine with a stack and a numbered memo. In Python it may name
 * any function and have it called; here a name stands for an entry of a closed list ({@link
 * Globals}) and a call makes data. Bytes and long texts are steps over the file, never copies. The
 * machine does not recurse, so a pickle may nest as deeply as it likes; what it makes is paid for
 * from a {@link Budget}.
 *
 * <p>The instructions: <em>Lib/pickletools.py</em> of Python documents each.
 */
final class PickleMachine {
  /** A network's pickle holds storages that are files of their own, and goes no deeper. */
  private static final int MAX_DEPTH = 8;

  private final ByteCursor in;
  private final PersistentIds persistentIds;
  private final Budget budget;
  private final int depth;
  private final PickleScalars scalars;

  private final PickleStack stack = new PickleStack(this::refusal);
  private final PickleMemo memo;

  /** What bytes within the pickle hold that are themselves a file of PyTorch, each read once. */
  private final IdentityHashMap<Blob, Object> inner = new IdentityHashMap<>();

  /** Of the instruction that is being followed. */
  private long at;

  /**
   * A machine at the start of a pickle.
   *
   * @param in stands at its first byte, and after {@link #load} behind its last
   * @param depth how many pickles this one lies in
   */
  PickleMachine(ByteCursor in, PersistentIds persistentIds, Budget budget, int depth) {
    this.in = in;
    this.persistentIds = persistentIds;
    this.budget = budget;
    this.depth = depth;
    scalars = new PickleScalars(in, budget);
    memo = new PickleMemo(this::refusal, budget);
  }

  Budget budget() {
    return budget;
  }

  /** What to say of the present instruction. */
  CheckpointException refusal(String sentence) {
    return in.source().refusal(at, sentence);
  }

  /** The same, with what was met there. */
  CheckpointException refusal(String sentence, Throwable cause) {
    return in.source().refusal(at, sentence, cause);
  }

  /** Where the present instruction is, as a message begins. */
  String place() {
    return in.source().place(at);
  }

  /**
   * The value of the pickle.
   *
   * @throws CheckpointException when it names what is not on the list, is damaged, or too large
   */
  Object load() {
    while (true) {
      at = in.position();
      int instruction = in.u8();
      if (instruction == '.') {
        return stack.pop();
      }
      if (!(constant(instruction) || container(instruction) || memo(instruction))) {
        object(instruction);
      }
    }
  }

  /** What a file of PyTorch inside this pickle holds. */
  Object inner(Blob file) {
    if (depth == MAX_DEPTH) {
      throw refusal(
          "is the " + MAX_DEPTH + "th file within a file; save the state dictionary alone");
    }
    Object known = inner.get(file);
    if (known == null) {
      known = LegacyTorch.load(file.bytes, budget, depth + 1);
      inner.put(file, known);
    }
    return known;
  }

  private boolean constant(int instruction) {
    switch (instruction) {
      case 'N' -> stack.push(None.NONE);
      case 0x88 -> stack.push(true);
      case 0x89 -> stack.push(false);
      case 'J' -> stack.push((long) in.i32());
      case 'K' -> stack.push((long) in.u8());
      case 'M' -> stack.push((long) in.u16());
      case 'I' -> stack.push(scalars.integerLine());
      case 'L' -> stack.push(scalars.longLine());
      case 'F' -> stack.push(scalars.realLine());
      case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
      case 0x8a -> stack.push(scalars.integer(in.u8()));
      case 0x8b -> stack.push(scalars.integer(in.u32()));
      case 'S' -> stack.push(scalars.quotedLine());
      case 'V' -> stack.push(scalars.unicodeLine());
      case 'T' -> stack.push(scalars.oldText(in.u32()));
      case 'U' -> stack.push(scalars.oldText(in.u8()));
      case 'X' -> stack.push(scalars.text(in.u32()));
      case 0x8c -> stack.push(scalars.text(in.u8()));
      case 0x8d -> stack.push(scalars.text(in.i64()));
      case 'B' -> stack.push(new Blob(in.region(in.u32())));
      case 'C' -> stack.push(new Blob(in.region(in.u8())));
      case 0x8e, 0x96 -> stack.push(new Blob(in.region(in.i64())));
      default -> {
        return false;
      }
    }
    budget.objects(1);
    return true;
  }

  private boolean container(int instruction) {
    switch (instruction) {
      case '(' -> stack.mark();
      case '0' -> stack.popOrUnmark();
      case '1' -> stack.popToMark();
      case '2' -> stack.push(stack.top());
      case ')', ']', 0x8f -> stack.push(items(new ArrayList<>(0)));
      case '}' -> stack.push(entries(List.of()));
      case 't', 'l', 0x91 -> stack.push(items(stack.popToMark()));
      case 0x85 -> stack.push(items(stack.pop(1)));
      case 0x86 -> stack.push(items(stack.pop(2)));
      case 0x87 -> stack.push(items(stack.pop(3)));
      case 'a' -> append(stack.pop(1));
      case 'e', 0x90 -> append(stack.popToMark());
      case 'd' -> stack.push(entries(stack.popToMark()));
      case 's' -> put(stack.pop(2));
      case 'u' -> put(stack.popToMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean memo(int instruction) {
    switch (instruction) {
      case 'p' -> memo.put(scalars.numberLine(), stack.top());
      case 'q' -> memo.put(in.u8(), stack.top());
      case 'r' -> memo.put(in.u32(), stack.top());
      case 0x94 -> memo.put(memo.size(), stack.top());
      case 'g' -> stack.push(memo.get(scalars.numberLine()));
      case 'h' -> stack.push(memo.get(in.u8()));
      case 'j' -> stack.push(memo.get(in.u32()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void object(int instruction) {
    switch (instruction) {
      case 0x80 -> protocol(in.u8());
      case 0x95 -> frame(in.i64());
      case 'c' -> stack.push(Globals.find(scalars.nameLine(), scalars.nameLine(), this));
      case 0x93 -> {
        List<Object> names = stack.pop(2);
        if (!(names.get(0) instanceof String module && names.get(1) instanceof String name)) {
          throw refusal("names something by other than two short texts; the file is damaged");
        }
        stack.push(Globals.find(module, name, this));
      }
      case 'R', 0x81, 0x92 -> {
        List<Object> call = stack.pop(instruction == 0x92 ? 3 : 2); // The third are keywords.
        stack.push(call(call.get(0), call.get(1)));
      }
      case 'i' -> {
        Object type = Globals.find(scalars.nameLine(), scalars.nameLine(), this);
        stack.push(call(type, items(stack.popToMark())));
      }
      case 'o' -> {
        List<Object> call = stack.popToMark();
        if (call.isEmpty()) {
          throw refusal("an object without a class; the file is damaged");
        }
        stack.push(call(call.get(0), items(call.subList(1, call.size()))));
      }
      case 'b' -> build(stack.pop());
      case 'Q' -> stack.push(persistent(stack.pop()));
      case 'P' -> stack.push(persistent(scalars.nameLine()));
      case 0x82, 0x83, 0x84 ->
          throw refusal(
              "names something by a number that only its writer knows; save the state dictionary"
                  + " with torch.save instead");
      case 0x97, 0x98 ->
          throw refusal(
              "refers to bytes outside of the file; save it again without buffer_callback");
      default ->
          throw refusal(
              "0x%02x is no pickle instruction; the file is damaged, copy or download it again"
                  .formatted(instruction));
    }
  }

  private void protocol(int version) {
    if (version > 5) {
      throw refusal("is of pickle protocol " + version + "; save it again with protocol 4");
    }
  }

  private void frame(long length) {
    if (length < 0 || length > in.remaining()) {
      throw in.source().cutOff(at, "the frame of " + Long.toUnsignedString(length) + " bytes");
    }
  }

  private void build(Object state) {
    Object target = stack.top();
    if (target instanceof Instance instance) {
      instance.state = state;
    } else if (!(target instanceof Entries || target instanceof StoredTensor)) {
      throw refusal("sets attributes of " + Words.of(target) + "; the file is damaged");
    }
  }

  private Object persistent(Object id) {
    return persistentIds.load(id instanceof Items items ? items.list : List.of(id), this);
  }

  /** Does as REDUCE, NEWOBJ, OBJ and INST do. */
  Object call(Object what, Object arguments) {
    if (!(what instanceof Global global)) {
      throw refusal("calls " + Words.of(what) + ", which is no function; the file is damaged");
    }
    if (!(arguments instanceof Items items)) {
      throw refusal("calls " + global.name() + " with no list of arguments; the file is damaged");
    }
    budget.objects(2);
    return global.maker().make(new Call(global, items.list, this));
  }

  /** Takes the list over. */
  private Items items(List<Object> list) {
    budget.objects(1);
    return new Items(list);
  }

  private Entries entries(List<Object> keysAndValues) {
    budget.objects(2);
    Entries entries = new Entries();
    put(entries, keysAndValues);
    return entries;
  }

  private void put(List<Object> keysAndValues) {
    if (!(stack.top() instanceof Entries entries)) {
      throw refusal("puts an entry into " + Words.of(stack.top()) + "; the file is damaged");
    }
    put(entries, keysAndValues);
  }

  private void put(Entries entries, List<Object> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) {
      throw refusal("a dictionary has a key without a value; the file is damaged");
    }
    budget.objects(keysAndValues.size() / 2);
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      entries.map.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void append(List<Object> added) {
    if (!(stack.top() instanceof Items items)) {
      throw refusal("appends to " + Words.of(stack.top()) + "; the file is damaged");
    }
    budget.bytes(8L * added.size());
    items.list.addAll(added);
  }
}

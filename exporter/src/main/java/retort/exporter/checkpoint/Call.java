package retort.exporter.checkpoint;

import java.util.List;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Items;

/**
 * A call that a pickle asks for, with typed access to its arguments.
 *
 * @param of what is called
 * @param arguments in their order
 * @param machine that follows the pickle, at the place of the call
 */
record Call(Global of, List<Object> arguments, PickleMachine machine) {
  /** An argument of any type. */
  Object argument(int index) {
    if (index >= arguments.size()) {
      throw machine.refusal(of.name() + " lacks argument " + (index + 1) + "; the file is damaged");
    }
    return arguments.get(index);
  }

  <T> T argument(int index, Class<T> type, String words) {
    Object argument = argument(index);
    if (type.isInstance(argument)) {
      return type.cast(argument);
    }
    throw machine.refusal(
        "argument "
            + (index + 1)
            + " of "
            + of.name()
            + " is "
            + Words.of(argument)
            + " but should be "
            + words
            + "; the file is damaged");
  }

  long integer(int index) {
    return argument(index, Long.class, "a whole number");
  }

  String text(int index) {
    return argument(index, String.class, "a short text");
  }

  List<Object> items(int index) {
    return argument(index, Items.class, "a list").list;
  }

  /** An argument that is a list of whole numbers. */
  long[] integers(int index) {
    List<Object> items = items(index);
    machine.budget().objects(items.size());
    long[] integers = new long[items.size()];
    for (int i = 0; i < integers.length; i++) {
      if (!(items.get(i) instanceof Long integer)) {
        throw machine.refusal(
            "argument "
                + (index + 1)
                + " of "
                + of.name()
                + " has "
                + Words.of(items.get(i))
                + " among its whole numbers; the file is damaged");
      }
      integers[i] = integer;
    }
    return integers;
  }

  Entries entries(int index) {
    return argument(index, Entries.class, "a dictionary");
  }
}

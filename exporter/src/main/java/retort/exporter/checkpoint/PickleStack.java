package retort.exporter.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** The stack of a pickle, and the marks on it below which a list begins. */
final class PickleStack {
  /** A network's pickle has a few hundred; a place is small, but a file may ask for many. */
  private static final int MAX_SIZE = 1 << 20;

  private final List<Object> values = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Function<String, CheckpointException> refusal;

  /**
   * An empty stack.
   *
   * @param refusal what to throw, of a sentence
   */
  PickleStack(Function<String, CheckpointException> refusal) {
    this.refusal = refusal;
  }

  void mark() {
    checkRoom(marks.size());
    marks.add(values.size());
  }

  void push(Object value) {
    checkRoom(values.size());
    values.add(value);
  }

  private void checkRoom(int size) {
    if (size >= MAX_SIZE) {
      throw refusal.apply(
          "holds more than " + MAX_SIZE + " values at once; no network does, the file is damaged");
    }
  }

  /** The value pushed last, which stays. */
  Object top() {
    return values.get(last());
  }

  Object pop() {
    return values.remove(last());
  }

  /**
   * Some values, in the order in which they were pushed.
   *
   * <p>They are reversed at the end, not each put first: the optimizing compiler of JDK 17.0.15 now
   * and then loses what {@code add(0, value)} moves up in a new list.
   */
  List<Object> pop(int count) {
    List<Object> popped = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      popped.add(pop());
    }
    Collections.reverse(popped);
    return popped;
  }

  /** Takes away the value pushed last, or a mark that was made since. */
  void popOrUnmark() {
    if (!marks.isEmpty() && marks.get(marks.size() - 1) == values.size()) {
      marks.remove(marks.size() - 1);
    } else {
      pop();
    }
  }

  /** All values above the last mark, and the mark. */
  List<Object> popToMark() {
    if (marks.isEmpty()) {
      throw refusal.apply("needs a mark where there is none; the file is damaged");
    }
    List<Object> above = values.subList(marks.remove(marks.size() - 1), values.size());
    List<Object> popped = new ArrayList<>(above);
    above.clear();
    return popped;
  }

  /** Index of the value pushed last, which must lie above the last mark. */
  private int last() {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (values.size() <= floor) {
      throw refusal.apply("needs a value where there is none; the file is damaged");
    }
    return values.size() - 1;
  }
}

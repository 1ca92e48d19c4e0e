package retort.exporter.checkpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The values that a pickle keeps by number, to refer to them again. */
final class PickleMemo {
  private final Map<Long, Object> values = new HashMap<>();
  private final Function<String, CheckpointException> refusal;
  private final Budget budget;

  /**
   * An empty memo.
   *
   * @param refusal what to throw, of a sentence
   */
  PickleMemo(Function<String, CheckpointException> refusal, Budget budget) {
    this.refusal = refusal;
    this.budget = budget;
  }

  int size() {
    return values.size();
  }

  void put(long number, Object value) {
    budget.objects(1);
    values.put(number, value);
  }

  Object get(long number) {
    Object value = values.get(number);
    if (value == null) {
      throw refusal.apply("recalls " + number + ", which was never put; the file is damaged");
    }
    return value;
  }
}

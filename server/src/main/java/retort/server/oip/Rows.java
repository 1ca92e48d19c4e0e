package retort.server.oip;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.server.oip.ByteBudget.Part;
import retort.server.tensor.TensorValue;

/**
 * The rows of one request, an image each, made a few at a time, so that frames and the requests of
 * others go in between, and no run takes the memory of a thousand. Not thread-safe.
 */
final class Rows {
  private final Map<String, TensorValue> inputs;
  private final int count;
  private final int each;
  private final Map<String, ByteBuffer> gathered = new LinkedHashMap<>();
  private Map<String, TensorValue> outputs = Map.of();
  private int made;

  /**
   * Rows of which none is made.
   *
   * @param inputs numbers [count, ...], if they are to be made in parts
   * @param count how many
   * @param each how many are made at a time, at most
   */
  Rows(Map<String, TensorValue> inputs, int count, int each) {
    this.inputs = inputs;
    this.count = count;
    this.each = each;
  }

  boolean complete() {
    return made == count;
  }

  /** The inputs that come next. */
  Map<String, TensorValue> next() {
    if (count <= each) {
      return inputs;
    }
    int rows = Math.min(each, count - made);
    Map<String, TensorValue> part = new LinkedHashMap<>();
    inputs.forEach(
        (name, all) -> {
          ByteBuffer bytes = all.bytes();
          int row = bytes.remaining() / count;
          part.put(
              name,
              TensorValue.of(all.type(), shape(all, rows), bytes.slice(made * row, rows * row)));
        });
    return part;
  }

  private static List<Long> shape(TensorValue value, int rows) {
    List<Long> shape = new ArrayList<>(value.shape());
    shape.set(0, (long) rows);
    return shape;
  }

  /**
   * Keeps what came of the inputs that were next.
   *
   * @param memory charged with what all outputs will take, where they are gathered
   * @throws retort.server.schedule.RefusedException when that is too much
   */
  void add(Map<String, TensorValue> given, Part memory) {
    int rows = Math.min(each, count - made);
    if (rows == count) {
      outputs = given;
    } else {
      gather(given, rows, memory);
    }
    made += rows;
  }

  private void gather(Map<String, TensorValue> given, int rows, Part memory) {
    given.forEach(
        (name, value) ->
            gathered.computeIfAbsent(name, first -> room(value, rows, memory)).put(value.bytes()));
    if (made + rows == count) {
      outputs = new LinkedHashMap<>();
      gathered.forEach(
          (name, bytes) -> {
            TensorValue like = Objects.requireNonNull(given.get(name));
            outputs.put(name, TensorValue.of(like.type(), shape(like, count), bytes.flip()));
          });
    }
  }

  private ByteBuffer room(TensorValue some, int rows, Part memory) {
    long all = (long) some.bytes().remaining() / rows * count;
    memory.add((int) Math.min(all, Integer.MAX_VALUE));
    return ByteBuffer.allocate((int) all);
  }

  /** What came of all rows, once they are complete. */
  Map<String, TensorValue> outputs() {
    return outputs;
  }
}

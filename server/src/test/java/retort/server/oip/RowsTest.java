package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.server.schedule.RefusedException;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorValue;

class RowsTest {
  private final ByteBudget.Part memory = new ByteBudget(1000).part();

  private static TensorValue bytes(long rows, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return TensorValue.of(ElementType.UINT8, List.of(rows, values.length / rows), bytes.flip());
  }

  private static TensorValue only(Map<String, TensorValue> values) {
    return values.values().iterator().next();
  }

  private static List<Integer> numbers(TensorValue value) {
    List<Integer> numbers = new ArrayList<>();
    for (ByteBuffer bytes = value.bytes(); bytes.hasRemaining(); ) {
      numbers.add((int) bytes.get());
    }
    return numbers;
  }

  @Test
  void rowsAreMadeAFewAtATimeAndPutTogetherInTheirOrder() {
    Rows rows = new Rows(Map.of("x", bytes(5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), 5, 2);

    List<List<Integer>> made = new ArrayList<>();
    while (!rows.complete()) {
      TensorValue next = only(rows.next());
      made.add(numbers(next));
      rows.add(Map.of("y", next), memory);
    }

    assertThat(made).containsExactly(List.of(1, 2, 3, 4), List.of(5, 6, 7, 8), List.of(9, 10));
    TensorValue out = only(rows.outputs());
    assertThat(out.shape()).containsExactly(5L, 2L);
    assertThat(numbers(out)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void rowsThatFitAreMadeAtOnce() {
    Map<String, TensorValue> inputs = Map.of("x", bytes(2, 1, 2));
    Rows rows = new Rows(inputs, 2, 2);

    assertThat(rows.next()).isSameAs(inputs);
    rows.add(inputs, memory);

    assertThat(rows.complete()).isTrue();
    assertThat(rows.outputs()).isSameAs(inputs);
  }

  @Test
  void outputsThatAreTooLargeTogetherAreRefusedAfterTheFirst() {
    Rows rows = new Rows(Map.of("x", bytes(500, new int[500])), 500, 1);

    assertThatThrownBy(() -> rows.add(Map.of("y", bytes(1, 1, 2, 3)), memory))
        .isInstanceOf(RefusedException.class);
  }
}

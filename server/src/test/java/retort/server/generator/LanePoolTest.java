package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LanePoolTest {
  private final List<NumberedLane> made = new ArrayList<>();
  private int freed;
  private final LanePool lanes = new LanePool(this::make, () -> freed++);

  private NumberedLane make() {
    NumberedLane lane = new NumberedLane();
    made.add(lane);
    return lane;
  }

  /** Notes its runs, how often it was made ready again, and whether it was closed. */
  private static final class NumberedLane implements LanePool.Reusable {
    private int runs;
    private int renewed;
    private int closed;

    @Override
    public void set(int slot, Origin origin) {}

    @Override
    public void run(int images) {
      runs++;
    }

    @Override
    public void stop() {}

    @Override
    public void renew() {
      renewed++;
    }

    @Override
    public Optional<ByteBuffer> view(int slot) {
      return Optional.empty();
    }

    @Override
    public void read(int slot, byte[] pixels) {}

    @Override
    public void close() {
      closed++;
    }
  }

  @Test
  void laneThatCameBackIsLentAgain() {
    for (int i = 0; i < 3; i++) {
      try (Lane lane = lanes.take()) {
        lane.run(1);
      }
    }

    assertThat(made).hasSize(1);
    assertThat(made.get(0).runs).isEqualTo(3);
    assertThat(made.get(0).renewed).isEqualTo(3);
    assertThat(made.get(0).closed).isZero();
  }

  @Test
  void thereAreAsManyAsWereInUseAtOnce() {
    Lane one = lanes.take();
    Lane two = lanes.take();
    one.close();
    two.close();
    lanes.take();

    assertThat(made).hasSize(2);
  }

  @Test
  void laneClosedTwiceComesBackOnce() {
    Lane one = lanes.take();
    one.close();
    one.close();

    assertThat(lanes.take()).isNotSameAs(lanes.take());
    assertThat(made).hasSize(2);
  }

  @Test
  void generatorIsFreedWhenTheLastLaneIsBack() {
    Lane lent = lanes.take();
    lanes.take().close();

    lanes.close();
    assertThat(made.get(1).closed).isEqualTo(1);
    assertThat(freed).isZero();

    lent.close();
    assertThat(made.get(0).closed).isEqualTo(1);
    assertThat(freed).isEqualTo(1);
  }

  @Test
  void closingTwiceFreesOnceAndNothingIsLentAfterwards() {
    lanes.close();
    lanes.close();

    assertThat(freed).isEqualTo(1);
    assertThatThrownBy(lanes::take)
        .isInstanceOf(GeneratorException.class)
        .hasMessageContaining("taken away");
  }

  @Test
  void laneThatCannotBeMadeLeavesNoneLent() {
    LanePool without =
        new LanePool(
            () -> {
              throw new GeneratorException("no memory");
            },
            () -> freed++);

    assertThatThrownBy(without::take).hasMessage("no memory");
    without.close();

    assertThat(freed).isEqualTo(1);
  }
}

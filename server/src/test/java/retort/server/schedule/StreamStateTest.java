package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** What frames show is a function of the beginning, the updates and k. */
class StreamStateTest {
  private static final StreamState WALK =
      StreamState.beginning(
          "ab", new StreamPlan(100, 4, List.of(), 1, 4, 0, ImageFormat.of(Encoding.RAW), false));

  private static List<Origin> origins(StreamState state, long from, long to) {
    return LongStream.range(from, to).mapToObj(state::origin).toList();
  }

  @Test
  void positionGoesOnWhereItWasWhenTheSpeedChanges() {
    StreamState faster = WALK.apply(Updates.speed(2), 6);

    assertThat(faster.position(6)).isEqualTo(WALK.position(6)).isEqualTo(1.5);
    assertThat(faster.position(7)).isEqualTo(2.0);
    assertThat(faster.position(9)).isEqualTo(3.0);
  }

  @Test
  void positionGoesOnWhereItWasWhenTheRateChanges() {
    StreamState finer = WALK.apply(Updates.fps(8), 6);

    assertThat(finer.position(6)).isEqualTo(1.5);
    assertThat(finer.position(7)).isEqualTo(1.625);
  }

  @Test
  void positionsBetweenUpdatesAreNoSums() {
    StreamState state = WALK.apply(Updates.speed(0.1), 0);
    double step = 0.1 / 4;

    StreamState relabelled = state;
    for (long k = 1; k <= 1000; k++) {
      relabelled = relabelled.apply(Updates.label(3), k);
    }

    assertThat(relabelled.position(1000)).isEqualTo(1000 * step);
  }

  @Test
  void thePresentKeyframeTakesTheNewSeed() {
    StreamState state = WALK.apply(Updates.seed(7), 6);

    assertThat(state.origin(6)).isEqualTo(new Origin(7, 4, 0.5, 4));
    assertThat(state.origin(8)).isEqualTo(Origin.of(8, 4));
  }

  @Test
  void aLabelEndsTheWalkThroughLabels() {
    StreamPlan plan =
        new StreamPlan(0, 4, List.of(1, 2, 3), 1, 2, 0, ImageFormat.of(Encoding.RAW), false);

    StreamState state = StreamState.beginning("ab", plan).apply(Updates.label(9), 5);

    assertThat(state.origin(5)).isEqualTo(new Origin(2, 9, 0.5, 9));
    assertThat(state.origin(8)).isEqualTo(Origin.of(4, 9));
  }

  @Test
  void transitionMovesFromWhereTheImageStoodToWhereTheWalkIsByThen() {
    StreamState state = WALK.apply(Updates.seed(7).then(Updates.transition(4)), 6);

    Origin stood = WALK.origin(6);
    assertThat(origins(state, 6, 11))
        .containsExactly(
            new Origin(7, 4, 0.5, 4, stood, 0.25),
            new Origin(7, 4, 0.75, 4, stood, 0.5),
            new Origin(8, 4, 0, 4, stood, 0.75),
            new Origin(8, 4, 0.25, 4),
            new Origin(8, 4, 0.5, 4));
  }

  @Test
  void transitionWithinATransitionMovesOnFromThere() {
    StreamState first = WALK.apply(Updates.seed(7).then(Updates.transition(4)), 6);

    StreamState second = first.apply(Updates.seed(50).then(Updates.transition(2)), 7);

    assertThat(second.origin(7)).isEqualTo(new Origin(50, 4, 0.75, 4, first.origin(7), 0.5));
    assertThat(second.origin(8).from()).isNull();
  }

  @Test
  void transitionOfNoFramesEndsTheOneUnderWay() {
    StreamState moving = WALK.apply(Updates.seed(7).then(Updates.transition(100)), 6);

    assertThat(moving.apply(Updates.seed(9), 8).origin(8).from()).isNotNull();
    assertThat(moving.apply(Updates.seed(9).then(Updates.transition(0)), 8).origin(8))
        .isEqualTo(Origin.of(9, 4));
  }

  @Test
  void aThousandTransitionsInOneAnotherNestEightDeepAndForgetWhatShowsLeast() {
    StreamState state = WALK;
    for (long k = 0; k < 1000; k++) {
      state = state.apply(Updates.seed(1000 * k).then(Updates.transition(30)), k);
    }

    List<Origin> layers = state.origin(999).layers();
    assertThat(layers).hasSize(1 + Origin.MAX_FROM);
    // The image at the very beginning shows most while the others come and go.
    assertThat(layers.get(Origin.MAX_FROM)).isEqualTo(Origin.of(100, 4));
  }

  @Test
  void updatesOfOneFrameAreOneAndTheNewestOfEachValueWins() {
    StreamUpdate merged =
        Updates.seed(1).then(Updates.label(2)).then(Updates.speed(3)).then(Updates.seed(4));

    assertThat(merged).isEqualTo(Updates.label(2).then(Updates.speed(3)).then(Updates.seed(4)));
    assertThat(WALK.apply(merged, 6).origin(6)).isEqualTo(new Origin(4, 2, 0.5, 2));
  }
}

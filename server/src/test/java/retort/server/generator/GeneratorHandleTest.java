package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.FakeGenerator;

class GeneratorHandleTest {
  private static final ImageShape SMALL = new ImageShape(1, 2, 2);

  private final FakeGenerator old = new FakeGenerator("old", SMALL, List.of("a", "b"));
  private final NetworkUse oldUse = NetworkUse.first(old);
  private Optional<NetworkUse> newest = Optional.of(oldUse);
  private final GeneratorHandle handle =
      new GeneratorHandle(oldUse.again().orElseThrow(), () -> newest.flatMap(NetworkUse::again));

  private NetworkUse replaceBy(FakeGenerator network) {
    NetworkUse use = NetworkUse.first(network);
    newest = Optional.of(use);
    oldUse.close();
    return use;
  }

  @Test
  void givesTheSameGeneratorWhileNothingIsReplaced() {
    assertThat(handle.newest(any -> true)).isSameAs(old);
    assertThat(handle.newest(any -> true)).isSameAs(old);

    handle.close();
    oldUse.close();
    assertThat(old.closed()).isEqualTo(1);
  }

  @Test
  void movesToANewVersionOfTheSameShapeAndLabelsAndLetsGoOfTheOld() {
    FakeGenerator next = new FakeGenerator("next", SMALL, List.of("a", "b"));
    NetworkUse nextUse = replaceBy(next);
    assertThat(old.closed()).isZero();

    assertThat(handle.newest(any -> true)).isSameAs(next);
    assertThat(old.closed()).isEqualTo(1);

    nextUse.close();
    assertThat(next.closed()).isZero();
    handle.close();
    assertThat(next.closed()).isEqualTo(1);
  }

  @Test
  void staysWhereTheNewVersionMakesOtherImages() {
    for (FakeGenerator other :
        List.of(
            new FakeGenerator("wide", new ImageShape(1, 2, 4), List.of("a", "b")),
            new FakeGenerator("renamed", SMALL, List.of("b", "a")))) {
      NetworkUse otherUse = replaceBy(other);

      assertThat(handle.newest(any -> true)).isSameAs(old);
      otherUse.close();
      assertThat(other.closed()).isEqualTo(1);
    }
    assertThat(old.closed()).isZero();
    handle.close();
    assertThat(old.closed()).isEqualTo(1);
  }

  @Test
  void staysWhereItMayNotMoveAndMovesOnceItMay() {
    FakeGenerator next = new FakeGenerator("next", SMALL, List.of("a", "b"));
    NetworkUse nextUse = replaceBy(next);

    assertThat(handle.newest(any -> false)).isSameAs(old);
    assertThat(old.closed()).isZero();
    assertThat(handle.newest(any -> true)).isSameAs(next);
    assertThat(old.closed()).isEqualTo(1);

    nextUse.close();
    handle.close();
    assertThat(next.closed()).isEqualTo(1);
  }

  @Test
  void lookingDoesNotMove() {
    NetworkUse nextUse = replaceBy(new FakeGenerator("next", SMALL, List.of("a", "b")));

    assertThat(handle.generator()).isSameAs(old);
    assertThat(old.closed()).isZero();
    nextUse.close();
    handle.close();
  }

  @Test
  void staysWhereTheModelWasTakenAway() {
    newest = Optional.empty();
    oldUse.close();

    assertThat(handle.newest(any -> true)).isSameAs(old);
    assertThat(old.closed()).isZero();
    handle.close();
    assertThat(old.closed()).isEqualTo(1);
  }

  @Test
  void closedHandleHoldsNothingMore() {
    handle.close();
    FakeGenerator next = new FakeGenerator("next", SMALL, List.of("a", "b"));
    NetworkUse nextUse = replaceBy(next);

    assertThat(handle.newest(any -> true)).isSameAs(old);
    nextUse.close();
    assertThat(next.closed()).isEqualTo(1);
  }
}

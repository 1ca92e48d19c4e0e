package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void anyNumberOfThreadsGivesEachStepItsOwn(int threads) {
    try (Prefetch<String> steps = new Prefetch<>(Long::toString, threads, 4)) {
      for (long step = 0; step < 50; step++) {
        assertThat(steps.take(step)).isEqualTo(Long.toString(step));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void stepsMayBeTakenInAnyOrder(int threads) {
    try (Prefetch<String> steps = new Prefetch<>(Long::toString, threads, 4)) {
      for (long step : new long[] {1000, 1001, 3, 2, 2, 7, 1_000_000_000_000L, 0}) {
        assertThat(steps.take(step)).isEqualTo(Long.toString(step));
      }
    }
  }

  @Test
  void asManyStepsAsTheDepthAreMadeAhead() throws InterruptedException {
    Set<Long> made = ConcurrentHashMap.newKeySet();
    CountDownLatch expected = new CountDownLatch(4);
    try (Prefetch<Long> steps =
        new Prefetch<>(
            step -> {
              made.add(step);
              expected.countDown();
              return step;
            },
            2,
            3)) {
      steps.take(10);

      assertThat(expected.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(made).containsExactlyInAnyOrder(10L, 11L, 12L, 13L);
    }
  }

  @Test
  void stepsInARowAreMadeOnceEach() {
    Set<Long> made = ConcurrentHashMap.newKeySet();
    try (Prefetch<Boolean> steps = new Prefetch<>(made::add, 3, 5)) {
      assertThat(LongStream.range(0, 200).mapToObj(steps::take)).containsOnly(true);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void whatALoaderThreadThrowsIsThrownForItsStep(int threads) {
    DataException damaged = new DataException("image 5 is damaged");
    try (Prefetch<Long> steps =
        new Prefetch<>(
            step -> {
              if (step == 2) {
                throw damaged;
              }
              if (step == 4) {
                throw new OutOfMemoryError("heap");
              }
              return step;
            },
            threads,
            2)) {
      assertThat(steps.take(1)).isEqualTo(1);
      assertThatThrownBy(() -> steps.take(2)).isSameAs(damaged);
      assertThatThrownBy(() -> steps.take(2)).isSameAs(damaged);
      assertThat(steps.take(3)).isEqualTo(3);
      assertThatThrownBy(() -> steps.take(4)).isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void closingEndsTheThreadsWhichAreDaemons() throws InterruptedException {
    Prefetch<Thread> steps = new Prefetch<>(step -> Thread.currentThread(), 1, 1);
    Thread loader = steps.take(0);

    steps.close();
    loader.join(60_000);

    assertThat(loader).isNotSameAs(Thread.currentThread());
    assertThat(loader.isAlive()).isFalse();
    assertThat(loader.isDaemon()).isTrue();
    assertThatThrownBy(() -> steps.take(1)).hasMessageContaining("take steps before close");
  }

  @Test
  void withoutThreadsTheCallerMakesAndItsTimeCounts() {
    try (Prefetch<Thread> steps = new Prefetch<>(step -> Thread.currentThread(), 0, 1)) {
      assertThat(steps.secondsWaited()).isZero();

      assertThat(steps.take(0)).isSameAs(Thread.currentThread());

      assertThat(steps.secondsWaited()).isPositive();
    }
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertThatThrownBy(() -> new Prefetch<>(Long::toString, -1, 1))
        .hasMessageContaining("-1 loader threads");
    assertThatThrownBy(() -> new Prefetch<>(Long::toString, 1, 0))
        .hasMessageContaining("0 steps ahead");
  }
}

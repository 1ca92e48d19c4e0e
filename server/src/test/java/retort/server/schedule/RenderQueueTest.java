package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.server.FakeNetwork;
import retort.server.generator.Network;
import retort.server.generator.RunCosts;

/** Who goes first, with whom, and on how many cores; the clock stands at 0. */
class RenderQueueTest {
  private static final Time ZERO = () -> 0;

  /** Of a frame at 20 frames a second. */
  private static final long PATIENCE = Duration.ofMillis(25).toNanos();

  private final Network network = FakeNetwork.taking(10);

  private static RenderQueue queue(int capacity, int cores) {
    return new RenderQueue(capacity, cores, 0.9, ZERO);
  }

  private static RunCosts costs(long... millis) {
    return RunCosts.of(
        IntStream.range(0, millis.length)
            .mapToLong(i -> Duration.ofMillis(millis[i]).toNanos())
            .toArray());
  }

  private FakeWork request(String name, long due) {
    return FakeWork.request(name, network, due);
  }

  private FakeWork frame(String name, long due) {
    return FakeWork.frame(name, network, due);
  }

  /** The names of the next batch, whose cores are given back at once. */
  private static String next(RenderQueue queue) {
    Batch batch = queue.poll();
    if (batch == null) {
      return "";
    }
    queue.done(batch, false);
    return names(batch);
  }

  private static String names(Batch batch) {
    return String.join(" ", batch.works().stream().map(Object::toString).toList());
  }

  private static List<String> all(RenderQueue queue) {
    List<String> batches = new ArrayList<>();
    for (String next = next(queue); !next.isEmpty(); next = next(queue)) {
      batches.add(next);
    }
    return batches;
  }

  @Test
  void nearestDeadlineGoesFirst() {
    RenderQueue queue = queue(8, 1);
    queue.offer(frame("b", 7));
    queue.offer(frame("c", 9));
    queue.offer(frame("a", -7));

    assertThat(all(queue)).containsExactly("a", "b", "c");
  }

  @Test
  void deadlinesMayWrapAround() {
    RenderQueue queue = new RenderQueue(8, 1, 0.9, () -> Long.MAX_VALUE);
    Network one = FakeNetwork.taking(1);
    queue.offer(FakeWork.frame("later", one, Long.MIN_VALUE / 1_000_000));
    queue.offer(FakeWork.frame("sooner", one, Long.MAX_VALUE / 1_000_000));

    assertThat(all(queue)).containsExactly("sooner", "later");
  }

  @Test
  void keepsUpUntilTheFirstFrameWouldBeLateAfterOneRunMore() {
    Network quick = FakeNetwork.taking(2);
    RenderQueue queue = queue(8, 1);
    assertThat(queue.keepsUp(PATIENCE)).isTrue();
    queue.offer(FakeWork.frame("in time", quick, 4));
    assertThat(queue.keepsUp(PATIENCE)).isTrue();
    queue.offer(FakeWork.frame("late", quick, 3));
    assertThat(queue.keepsUp(PATIENCE)).isFalse();
    assertThat(next(queue)).isEqualTo("late");
    assertThat(queue.keepsUp(PATIENCE)).isTrue();
  }

  /** Its frames could never wait, though it may keep its rate. */
  @Test
  void aRunOfMoreThanHalfTheTimeMayWaitNevertheless() {
    RenderQueue queue = queue(8, 1);
    queue.offer(FakeWork.frame("slow", FakeNetwork.taking(40), 13));

    assertThat(queue.keepsUp(PATIENCE)).isTrue();
  }

  @Test
  void framesGoBeforeRequests() {
    RenderQueue queue = queue(8, 1);
    queue.offer(List.of(request("r", 0)));
    queue.offer(frame("f", 100));

    assertThat(all(queue)).containsExactly("f", "r");
  }

  @Test
  void overdueRequestsAreOwedWhatStreamsAreNotPromised() {
    RenderQueue queue = queue(64, 1);
    queue.offer(IntStream.range(0, 3).mapToObj(i -> request("r", -100)).toList());
    for (int i = 0; i < 20; i++) {
      queue.offer(frame("f", i));
    }

    List<String> order = all(queue);

    // A tenth is theirs: nine frames, a request.
    assertThat(order.subList(0, 9)).containsOnly("f");
    assertThat(order.get(9)).isEqualTo("r");
    assertThat(order.subList(10, 19)).containsOnly("f");
    assertThat(order.get(19)).isEqualTo("r");
  }

  @Test
  void requestsThatAreNotOverdueWaitForAllFrames() {
    RenderQueue queue = queue(64, 1);
    queue.offer(List.of(request("r", 1000)));
    for (int i = 0; i < 20; i++) {
      queue.offer(frame("f", i));
    }

    assertThat(all(queue)).last().isEqualTo("r");
  }

  @Test
  void requestsTakeNoPlaceFromFrames() {
    RenderQueue queue = queue(1, 1);
    queue.offer(List.of(request("r", 0)));

    assertThat(queue.offer(frame("f", 0))).isTrue();
    assertThat(queue.offer(frame("g", 1))).isTrue();
    assertThat(queue.offer(List.of(request("s", 0)))).isFalse();
    assertThat(all(queue)).containsExactly("f", "g", "r");
  }

  @Test
  void requestEntersWholeOrNotAtAll() {
    RenderQueue queue = queue(3, 1);

    assertThat(queue.offer(List.of(request("a", 0), request("b", 0)))).isTrue();
    assertThat(queue.offer(List.of(request("c", 0), request("d", 0)))).isFalse();
    assertThat(queue.offer(List.of(request("e", 0)))).isTrue();
    assertThat(all(queue)).containsExactly("a", "b", "e");
  }

  @Test
  void whoIsGoneGivesUpItsPlace() {
    RenderQueue queue = queue(2, 1);
    FakeWork gone = request("a", 0);
    queue.offer(List.of(gone, request("b", 0)));
    assertThat(queue.offer(List.of(request("c", 0)))).isFalse();

    gone.gone = true;

    assertThat(queue.offer(List.of(request("c", 0)))).isTrue();
    assertThat(all(queue)).containsExactly("b", "c");
  }

  @Test
  void batchIsOfOneNetworkAndNoLargerThanItTakes() {
    RenderQueue queue = queue(16, 1);
    Network large = new FakeNetwork(3, 1, costs(1, 1, 1));
    Network small = new FakeNetwork(2, 1, costs(1, 1));
    queue.offer(FakeWork.frame("l", large, 0));
    queue.offer(FakeWork.frame("s", small, 1));
    for (int i = 2; i < 6; i++) {
      queue.offer(FakeWork.frame("l", large, i));
    }

    assertThat(all(queue)).containsExactly("l l l", "s", "l l");
  }

  @Test
  void batchIsAsLargeAsTheNearestDeadlineAllows() {
    RenderQueue queue = queue(16, 1);
    Network network = new FakeNetwork(4, 1, costs(10, 14, 18, 22));
    for (int i = 0; i < 6; i++) {
      queue.offer(FakeWork.frame("f", network, 15 + i));
    }

    assertThat(next(queue)).isEqualTo("f f");
  }

  @Test
  void deadlineThatIsMissedAnywayDoesNotMakeBatchesSmall() {
    RenderQueue queue = queue(16, 1);
    Network network = new FakeNetwork(4, 1, costs(10, 14, 18, 22));
    for (int i = 0; i < 4; i++) {
      queue.offer(FakeWork.frame("f", network, 9 + 100 * i));
    }

    assertThat(next(queue)).isEqualTo("f f f f");
  }

  @Test
  void requestsDoNotHoldAFrameUpThatWaits() {
    RenderQueue queue = queue(16, 1);
    Network other = new FakeNetwork(4, 1, costs(10, 20, 30, 200));
    queue.offer(IntStream.range(0, 4).mapToObj(i -> FakeWork.request("r", other, 0)).toList());

    // Nor one that may come: no run is longer than a period of 20 frames a second.
    assertThat(next(queue)).isEqualTo("r r r");
  }

  @Test
  void coresShareWhatWaits() {
    RenderQueue queue = queue(16, 2);
    Network network = new FakeNetwork(4, 1, costs(1, 1, 1, 1));
    queue.offer(IntStream.range(0, 4).mapToObj(i -> FakeWork.request("r", network, 0)).toList());

    assertThat(all(queue)).containsExactly("r r", "r", "r");
  }

  @Test
  void batchWaitsUntilItsCoresAreFree() {
    RenderQueue queue = queue(16, 2);
    Network wide = new FakeNetwork(1, 2, costs(10));
    queue.offer(frame("narrow", 0));
    queue.offer(FakeWork.frame("wide", wide, 1));
    Batch narrow = Objects.requireNonNull(queue.poll());

    assertThat(queue.poll()).isNull();

    queue.done(narrow, true);
    Batch batch = Objects.requireNonNull(queue.poll());
    assertThat(names(batch)).isEqualTo("wide");
    queue.offer(frame("next", 2));
    assertThat(queue.poll()).isNull();
    batch.runEnded();
    assertThat(next(queue)).isEqualTo("next");
    queue.done(batch, true);
    assertThat(queue.takeCores(9)).isEqualTo(2);
  }

  @Test
  void networkWiderThanTheMachineTakesAllOfIt() {
    RenderQueue queue = queue(16, 2);
    queue.offer(FakeWork.frame("wide", new FakeNetwork(1, 8, costs(10)), 0));

    assertThat(next(queue)).isEqualTo("wide");
  }

  @Test
  void requestsShareTheMachineByWhatTheyUse() {
    RenderQueue queue = queue(64, 1);
    Network slow = FakeNetwork.taking(30);
    Network quick = FakeNetwork.taking(10);
    queue.offer(IntStream.range(0, 10).mapToObj(i -> FakeWork.request("s", slow, 0)).toList());
    queue.offer(IntStream.range(0, 10).mapToObj(i -> FakeWork.request("q", quick, 5)).toList());

    List<String> order = all(queue).subList(0, 12);

    assertThat(order).filteredOn("s"::equals).hasSize(3);
    assertThat(order).filteredOn("q"::equals).hasSize(9);
  }

  @Test
  void networkThatHadNothingToAskSavesNothingUp() {
    RenderQueue queue = queue(64, 1);
    Network busy = FakeNetwork.taking(10);
    Network late = FakeNetwork.taking(10);
    queue.offer(IntStream.range(0, 20).mapToObj(i -> FakeWork.request("b", busy, 0)).toList());
    for (int i = 0; i < 10; i++) {
      next(queue);
    }
    queue.offer(IntStream.range(0, 5).mapToObj(i -> FakeWork.request("l", late, 0)).toList());

    assertThat(all(queue).subList(0, 6)).filteredOn("b"::equals).hasSize(3);
  }

  @Test
  void runsOnABusyMachineRefineWhatIsExpected() {
    FakeTime time = new FakeTime();
    RenderQueue queue = new RenderQueue(8, 2, 0.9, time);
    queue.offer(List.of(request("a", 0), request("b", 0)));
    Batch whileOneIsFree = Objects.requireNonNull(queue.poll());
    Batch whileNoneIs = Objects.requireNonNull(queue.poll());
    time.passMillis(20);

    queue.done(whileOneIsFree, true);
    assertThat(network.costs().nanos(1)).isEqualTo(10_000_000);

    queue.done(whileNoneIs, true);
    assertThat(network.costs().nanos(1)).isBetween(10_000_001L, 11_000_000L);
  }

  @Test
  void runIsStoppedWhenEverybodyIsGone() {
    RenderQueue queue = queue(16, 1);
    Network network = new FakeNetwork(2, 1, costs(1, 1));
    FakeWork a = FakeWork.request("a", network, 0);
    FakeWork b = FakeWork.request("b", network, 0);
    queue.offer(List.of(a, b));
    Batch batch = Objects.requireNonNull(queue.poll());
    List<String> stops = new ArrayList<>();
    batch.runBegins(() -> stops.add("stopped"));

    a.gone = true;
    queue.stopGone();
    assertThat(stops).isEmpty();

    b.gone = true;
    queue.stopGone();
    queue.stopGone();
    assertThat(stops).containsExactly("stopped");
  }

  @Test
  void runThatHasEndedIsNotStopped() {
    RenderQueue queue = queue(16, 1);
    FakeWork work = request("a", 0);
    queue.offer(List.of(work));
    Batch batch = Objects.requireNonNull(queue.poll());
    List<String> stops = new ArrayList<>();
    batch.runBegins(() -> stops.add("stopped"));
    batch.runEnded();

    work.gone = true;
    queue.stopGone();

    assertThat(stops).isEmpty();
  }

  @Test
  void runOfWhoHasGoneMeanwhileIsStoppedAsItBegins() {
    RenderQueue queue = queue(16, 1);
    FakeWork work = request("a", 0);
    queue.offer(List.of(work));
    Batch batch = Objects.requireNonNull(queue.poll());
    List<String> stops = new ArrayList<>();
    work.gone = true;
    queue.stopGone();

    batch.runBegins(() -> stops.add("stopped"));

    assertThat(stops).containsExactly("stopped");
  }

  @Test
  void closedQueueGivesOutWhatItHoldsAndTakesNothing() throws InterruptedException {
    RenderQueue queue = queue(16, 1);
    queue.offer(List.of(request("a", 0)));
    queue.close();

    assertThat(queue.offer(List.of(request("b", 0)))).isFalse();
    assertThat(queue.offer(frame("c", 0))).isFalse();
    Batch batch = queue.take().orElseThrow();
    assertThat(names(batch)).isEqualTo("a");
    queue.done(batch, true);
    assertThat(queue.take()).isEmpty();
  }
}

package retort.clients.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RampTest {
  private final List<Integer> tried = new ArrayList<>();
  private final StringWriter out = new StringWriter();

  /** A server that refuses more than so many streams. */
  private int find(int holds, int first, int limit) throws InterruptedException {
    Ramp ramp = new Ramp(streams -> trial(streams, holds), limit, new PrintWriter(out));
    int found = ramp.find(first);
    assertThat(ramp.steps()).hasSameSizeAs(tried);
    return found;
  }

  private StreamLoad.Outcome trial(int streams, int holds) {
    tried.add(streams);
    StreamFigures clock = new StreamFigures(1, new Span(0, 0, 10_000_000_000L));
    FrameLog log = new FrameLog();
    for (long i = 0; i < 10; i++) {
      log.add(i * 1_000_000_000L, i * 1_000_000_000L, i);
    }
    clock.add(log);
    TreeMap<String, Integer> failures = new TreeMap<>();
    if (streams > holds) {
      failures.put("no frames a second are left", streams - holds);
    }
    return new StreamLoad.Outcome(
        streams, clock, Times.histogram(), Times.histogram(), 0, 0, failures, 0);
  }

  @Test
  void theMostStreamsAreFound() throws InterruptedException {
    assertThat(find(13, 1, 4096)).isEqualTo(13);
    assertThat(tried).containsExactly(1, 2, 4, 8, 16, 16, 12, 14, 14, 13);
    assertThat(out.toString()).contains("held").contains("no frames a second are left");
  }

  @Test
  void oneHiccupDoesNotDecide() throws InterruptedException {
    Ramp ramp =
        new Ramp(
            streams -> trial(streams, tried.contains(streams) ? 6 : 4), 8, new PrintWriter(out));

    assertThat(ramp.find(5)).isEqualTo(6);
    assertThat(tried).containsExactly(5, 5, 8, 8, 6, 6, 7, 7);
  }

  @Test
  void fewerThanTheFirstAreFoundToo() throws InterruptedException {
    assertThat(find(3, 16, 4096)).isEqualTo(3);
  }

  @Test
  void noneMayBeHeld() throws InterruptedException {
    assertThat(find(0, 4, 4096)).isZero();
  }

  @Test
  void theLimitIsTheEnd() throws InterruptedException {
    assertThat(find(100, 1, 10)).isEqualTo(10);
  }
}

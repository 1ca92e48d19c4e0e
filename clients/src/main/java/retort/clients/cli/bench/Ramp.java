package retort.clients.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds the most streams that a server holds: doubles until it does not, then halves the gap. What
 * fails is tried once more, so that a hiccup of the machine does not decide.
 */
final class Ramp {
  /** Of a load's frames, those that are to be on time. */
  static final double SHARE = 0.99;

  /** Of a load that fails. */
  private static final int TRIALS = 2;

  /** Tries so many streams. */
  interface Trial {
    StreamLoad.Outcome of(int streams) throws InterruptedException;
  }

  private final Trial trial;
  private final int limit;
  private final PrintWriter out;
  private final List<Map<String, Object>> steps = new ArrayList<>();

  /**
   * @param limit the most to try
   * @param out gets a line for each trial
   */
  Ramp(Trial trial, int limit, PrintWriter out) {
    this.trial = trial;
    this.limit = limit;
    this.out = out;
  }

  /**
   * The most streams held; 0 where not even one is.
   *
   * @param first how many to begin with
   */
  int find(int first) throws InterruptedException {
    int held = 0;
    int failed = limit + 1;
    int next = Math.min(first, limit);
    while (next > held && next < failed) {
      if (holds(next, TRIALS)) {
        held = next;
      } else {
        failed = next;
      }
      next = failed > limit ? Math.min(2 * held, limit) : (held + failed) / 2;
    }
    return held;
  }

  private boolean holds(int streams, int trials) throws InterruptedException {
    for (int i = 0; i < trials; i++) {
      if (holds(streams)) {
        return true;
      }
    }
    return false;
  }

  private boolean holds(int streams) throws InterruptedException {
    StreamLoad.Outcome outcome = trial.of(streams);
    boolean held = outcome.held(SHARE);
    double share = outcome.clock().onTimeShare();
    out.printf(
        Locale.ROOT,
        "%5d streams  %6.2f %% on time  %s%n",
        streams,
        100 * share,
        held ? "held" : outcome.failures().isEmpty() ? "not held" : outcome.failures().firstKey());
    out.flush();
    Map<String, Object> step = new LinkedHashMap<>();
    step.put("streams", streams);
    step.put("on_time_share", share);
    step.put("held", held);
    step.put("failures", outcome.failures());
    steps.add(step);
    return held;
  }

  /** What was tried, in its order. */
  List<Map<String, Object>> steps() {
    return steps;
  }
}

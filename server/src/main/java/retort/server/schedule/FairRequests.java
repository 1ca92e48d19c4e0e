package retort.server.schedule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;
import retort.server.generator.Network;

/**
 * Requests that wait, shared fairly between networks by the compute they use: start-time fair
 * queueing (Goyal, Vin and Cheng 1996) with equal weights. Each network carries the compute it was
 * given as its virtual time, and the one that lags most goes first; one that had nothing to ask
 * starts where the others are, and saves nothing up. Not thread-safe.
 */
final class FairRequests {
  private static final class Flow {
    final WaitingLine line = new WaitingLine();
    double used;
  }

  private final Map<Network, Flow> flows = new LinkedHashMap<>();

  /** Virtual time of the machine: that of the request that was taken last. */
  private double now;

  void add(Work work) {
    Flow flow = flows.computeIfAbsent(work.network(), network -> new Flow());
    if (flow.line.size() == 0) {
      flow.used = Math.max(flow.used, now);
    }
    flow.line.add(work);
  }

  /** How many wait, those included whose client is gone. */
  int size() {
    int size = 0;
    for (Flow flow : flows.values()) {
      size += flow.line.size();
    }
    return size;
  }

  /** Forgets those whose client is gone. */
  void sweep() {
    flows.values().forEach(flow -> flow.line.sweep());
  }

  /** The first due of the network whose turn it is; null when none waits. */
  @Nullable Work first() {
    Work first = null;
    double least = 0;
    for (Flow flow : flows.values()) {
      Work work = flow.line.first();
      if (work != null && (first == null || flow.used < least)) {
        first = work;
        least = flow.used;
      }
    }
    if (first == null) {
      // Nobody waits, so nobody is behind; and networks that are closed are not held.
      flows.clear();
      now = 0;
    }
    return first;
  }

  /**
   * Moves requests of a batch's network into it.
   *
   * @param network of the batch
   * @param room works that the batch may hold
   */
  void fill(Network network, List<Work> batch, int room) {
    Flow flow = flows.get(network);
    if (flow != null) {
      flow.line.fill(batch, room);
    }
  }

  /** Charges a network for requests that were taken, in nanoseconds of one core. */
  void charge(Network network, double compute) {
    Flow flow = flows.get(network);
    if (flow != null) {
      now = Math.max(now, flow.used);
      flow.used += compute;
    }
    flows.entrySet().removeIf(this::isForgotten);
  }

  /** Nothing waits, and it would start where the machine is anyway. */
  private boolean isForgotten(Entry<Network, Flow> flow) {
    return flow.getValue().line.size() == 0 && flow.getValue().used <= now;
  }
}

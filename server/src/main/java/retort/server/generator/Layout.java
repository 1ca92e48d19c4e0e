package retort.server.generator;

import java.util.ArrayList;
import java.util.List;

/**
 * How a network shares the machine's cores.
 *
 * @param runs at once, at most
 * @param cores that each takes
 * @param threads of the session; runs share them, and each adds the thread that asks for it
 */
record Layout(int runs, int cores, int threads) {
  /** Runs at once that are tried on a device beside the processor: more only wait in it. */
  private static final int DEVICE_RUNS = 4;

  /**
   * Those worth trying, from many runs of few cores to one of all. The first is one core for each
   * run, which is what most networks like best on a processor.
   */
  static List<Layout> candidates(Device device, int cores) {
    boolean processor = device.provider() == Device.Provider.CPU;
    List<Layout> candidates = new ArrayList<>();
    for (int runs = processor ? cores : Math.min(cores, DEVICE_RUNS); runs > 0; runs /= 2) {
      // Together with the threads that ask for the runs, as many as there are cores.
      candidates.add(new Layout(runs, cores / runs, processor ? cores - runs + 1 : 1));
    }
    return candidates;
  }

  @Override
  public String toString() {
    return runs + (runs == 1 ? " run" : " runs") + " at once on " + cores + " of the cores each";
  }
}

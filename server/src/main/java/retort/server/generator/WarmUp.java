package retort.server.generator;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes the slow first runs before a network is shown to anybody: memory of every lane, and of the
 * runtime for each batch size, which is also what makes the memory of a model that serves flat.
 */
public final class WarmUp {
  private WarmUp() {}

  /**
   * Runs a generator; of other networks it is not known what they may be fed.
   *
   * @param cores that runs of all networks share
   * @return the network; closed where it fails
   */
  public static Network run(Network network, int cores) {
    if (network instanceof Generator generator) {
      List<Lane> lent = new ArrayList<>();
      try {
        for (int i = 0; i < Math.max(1, cores / generator.cores()); i++) {
          lent.add(generator.lane());
        }
        lent.forEach(lane -> run(lane, generator.maxBatch()));
      } catch (RuntimeException | Error e) {
        network.close();
        throw e;
      } finally {
        lent.forEach(Lane::close);
      }
    }
    return network;
  }

  private static void run(Lane lane, int maxBatch) {
    for (int slot = 0; slot < maxBatch; slot++) {
      lane.set(slot, Origin.of(slot, Origin.NO_LABEL));
    }
    for (int images = maxBatch; images > 0; images /= 2) {
      lane.run(images);
    }
  }
}

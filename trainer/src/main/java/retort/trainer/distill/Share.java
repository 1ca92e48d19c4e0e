package retort.trainer.distill;

import java.util.ArrayList;
import java.util.List;

/**
 * The part of a step's batch that one call computes.
 *
 * @param first index of its first image in the batch
 * @param count how many images it has
 * @param call counted from 0
 */
record Share(int first, int count, int call) {
  /** A batch in calls of {@code microBatch} images, the last of which may have fewer. */
  static List<Share> of(int batch, int microBatch) {
    List<Share> shares = new ArrayList<>();
    for (int first = 0; first < batch; first += microBatch) {
      shares.add(new Share(first, Math.min(microBatch, batch - first), shares.size()));
    }
    return shares;
  }
}

package retort.server.schedule;

import java.util.List;

/** What a queue gives out, for tests that make nothing. */
final class Taken {
  private Taken() {}

  /** The images of the next batch, whose cores are given back at once; empty when none is next. */
  static List<Render> from(RenderQueue queue) {
    Batch batch = queue.poll();
    if (batch == null) {
      return List.of();
    }
    queue.done(batch, false);
    return batch.works().stream().map(Render.class::cast).toList();
  }
}

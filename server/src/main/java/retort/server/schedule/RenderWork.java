package retort.server.schedule;

import java.util.List;
import retort.server.generator.Generator;
import retort.server.generator.Lane;
import retort.server.schedule.Finisher.Unfinished;

/** What one thread does with a batch of images, and the memory it does it in. Not thread-safe. */
final class RenderWork implements AutoCloseable {
  private final Finisher finisher;
  private final EncoderThreads encoders;
  private final Time time;

  RenderWork(EncoderThreads encoders, Time time) {
    this.encoders = encoders;
    this.time = time;
    finisher = new Finisher(time);
  }

  /**
   * Makes images of one generator and hands them over, each as soon as it is encoded.
   *
   * @return whether all were handed over
   */
  boolean render(Batch batch) {
    List<Render> renders = batch.works().stream().map(Render.class::cast).toList();
    Generator generator = renders.get(0).generator();
    boolean run = false;
    try (Lane lane = generator.lane()) {
      long runNanos = run(batch, renders, lane);
      run = true;
      Unfinished images = new Unfinished(renders, lane, batch.begun(), runNanos);
      encoders.finish(images, finisher);
      return !images.failed();
    } catch (RuntimeException | Error e) {
      if (!run) {
        renders.forEach(render -> Finisher.fail(render, e));
      }
      Finisher.throwErrors(e);
      return false;
    }
  }

  private long run(Batch batch, List<Render> renders, Lane lane) {
    batch.runBegins(lane::stop);
    try {
      for (int i = 0; i < renders.size(); i++) {
        lane.set(i, renders.get(i).origin());
      }
      long drawn = time.nanos();
      lane.run(renders.size());
      return time.nanos() - drawn;
    } finally {
      batch.runEnded();
    }
  }

  @Override
  public void close() {
    finisher.close();
  }
}

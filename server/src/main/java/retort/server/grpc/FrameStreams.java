package retort.server.grpc;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorHandle;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.oip.Frames;
import retort.server.schedule.Capacity;
import retort.server.schedule.FrameClock;
import retort.server.schedule.FrameSink;
import retort.server.schedule.FrameStream;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RenderQueue;
import retort.server.schedule.StreamPlan;
import retort.server.schedule.StreamState;
import retort.server.schedule.Time;

/** Gives streams their place in the capacity and sets them going, whatever protocol asks. */
final class FrameStreams implements Frames {
  private final RenderQueue queue;
  private final FrameClock clock;
  private final Admission admission;
  private final Time time;

  FrameStreams(RenderQueue queue, FrameClock clock, Admission admission, Time time) {
    this.queue = queue;
    this.clock = clock;
    this.admission = admission;
    this.time = time;
  }

  @Override
  public Playing play(GeneratorHandle handle, Wanted wanted, FrameSink sink) {
    Generator generator = handle.generator();
    StreamPlan plan =
        new StreamPlan(
            wanted.seed(),
            wanted.label(),
            List.of(),
            wanted.speed(),
            wanted.fps(),
            wanted.count(),
            ImageFormat.of(Encoding.RAW),
            false);
    StreamState state = StreamState.beginning(generator.digest(), plan);
    Admission.StreamPart part = admission.stream();
    try {
      return new Running(start(state, handle, sink, part), part, new AtomicBoolean());
    } catch (RuntimeException e) {
      part.giveBack();
      throw e;
    }
  }

  /**
   * Sets a stream going.
   *
   * @param part gives its place back when the call ends
   * @throws RefusedException when no place is left
   */
  FrameStream start(
      StreamState state, GeneratorHandle handle, FrameSink sink, Admission.StreamPart part) {
    long now = time.nanos();
    Capacity.Place place = part.place(handle.generator(), state.plan().fps(), now);
    FrameStream stream =
        new FrameStream(
            state,
            () -> handle.newest(place::moveTo),
            queue,
            clock,
            sink,
            place.due() - now,
            place::change);
    clock.start(stream);
    return stream;
  }

  private record Running(FrameStream stream, Admission.StreamPart part, AtomicBoolean closed)
      implements Playing {
    @Override
    public void wake() {
      stream.wake();
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        stream.cancel();
        part.giveBack();
      }
    }
  }
}

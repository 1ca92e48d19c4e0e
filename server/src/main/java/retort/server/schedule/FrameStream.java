package retort.server.schedule;

import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import retort.denoiser.ImageShape;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.ImageFormat;

/**
 * One stream of frames on the server's clock.
 *
 * <ul>
 *   <li>Frame k is due at start + k / fps, and k advances once per due time, whether the frame is
 *       made or not.
 *   <li>A frame that cannot be delivered when due (the client still reads, or the frame before is
 *       still in the works) is never made and counts as dropped; a stream whose plan waits stops
 *       its clock instead, until the frame can be delivered. So is every second frame at most where
 *       the machine does not keep up: the others are on time, and none waits in vain.
 *   <li>After a stall of the server of more than one period the frame that comes next is due within
 *       a period, where the clock would have ticked anyway, and the clock goes on from there: no
 *       index is used up, no burst follows, and streams that were spread over a period stay so.
 *   <li>An update binds to the next frame that is made, or to the one it names; rate and pause act
 *       on the clock at once. While the clock is paused no index is used up, and the frames it
 *       steps through are never dropped.
 * </ul>
 *
 * <p>At most one frame is in the works, and whoever finishes it is the sink's only writer. Safe for
 * any number of threads.
 */
public final class FrameStream implements Ticking {
  private final Supplier<Generator> generators;
  private final RenderQueue queue;
  private final FrameClock clock;
  private final FrameSink sink;
  private final long accepted;

  // Guarded by this.
  private StreamState state;
  private Generator generator;
  private final FramePace pace;
  private final RatePromise promise;
  private final WaitingUpdates updates = new WaitingUpdates();
  private boolean inTheWorks;
  private boolean waiting;
  private boolean givenWay;
  private @Nullable Consumer<FrameSink> ending;

  /** Written under the lock; read without it by those who ask whether to go on at all. */
  private volatile boolean over;

  /** As the other, due at once, and at any rate. */
  public FrameStream(
      StreamState state,
      Supplier<Generator> generators,
      RenderQueue queue,
      FrameClock clock,
      FrameSink sink) {
    this(state, generators, queue, clock, sink, 0, fps -> {});
  }

  /**
   * A stream accepted now; {@link FrameClock#start} sets it going.
   *
   * @param generators says what makes the next frame, each time it is asked: the one whose digest
   *     is in the state, or a newer version of its model, of the same image shape and labels. Asked
   *     only when no frame is in the works, so that it may let go of the one before
   * @param startOffset nanoseconds from now until the first frame is due
   * @param promise told before the highest rate that the stream may come to rises, and after it has
   *     fallen; throws {@link RefusedException} where it must not rise
   */
  public FrameStream(
      StreamState state,
      Supplier<Generator> generators,
      RenderQueue queue,
      FrameClock clock,
      FrameSink sink,
      long startOffset,
      DoubleConsumer promise) {
    this.state = state;
    this.generators = generators;
    this.generator = generators.get();
    this.queue = queue;
    this.clock = clock;
    this.sink = sink;
    this.accepted = clock.time().nanos();
    this.pace = new FramePace(state.plan().fps(), state.next(), accepted + startOffset);
    this.promise = new RatePromise(state.plan().fps(), promise);
  }

  @Override
  public synchronized OptionalLong due() {
    boolean stands = over || ending != null || waiting || pace.stands();
    return stands ? OptionalLong.empty() : OptionalLong.of(pace.due(state.next()));
  }

  /** Has the frame that is due made, or drops it. */
  @Override
  public void tick(long now) {
    step(now);
    settle();
  }

  private synchronized void step(long now) {
    OptionalLong due = due();
    if (due.isEmpty() || due.getAsLong() - now > 0 || completed()) {
      return;
    }
    long k = state.next();
    pace.catchUp(k, now);
    if (pace.due(k) - now > 0) {
      return;
    }
    if (!inTheWorks) {
      // Also while the client does not read, so that the stream holds no model that was replaced.
      generator = generators.get();
    }
    boolean deliverable = !inTheWorks && sink.ready();
    if (!deliverable && mayNotDrop()) {
      waiting = true;
      return;
    }
    givenWay = !givenWay && !mayNotDrop() && !queue.keepsUp(Render.patience(pace.fps()));
    deliverable &= !givenWay;
    bind(k, deliverable);
    boolean made = deliverable && render();
    inTheWorks |= made;
    state = state.afterNext(made);
    pace.passed(k);
    completed();
  }

  private boolean completed() {
    if (state.plan().endsBefore(state.next())) {
      ending = FrameSink::end;
    }
    return ending != null;
  }

  /** Applies the updates that take effect with frame k. */
  private void bind(long k, boolean made) {
    StreamUpdate update = updates.take(k, made);
    if (update.equals(StreamUpdate.NONE)) {
      return;
    }
    state = state.apply(update, k);
    if (update.fps() != null) {
      pace.changeFrom(k, update.fps());
    }
    promise.fall(Math.max(pace.fps(), updates.highestFps()));
  }

  private boolean render() {
    state = state.on(generator.digest());
    long k = state.next();
    Origin origin = state.origin(k);
    ImageFormat format = state.plan().format();
    ImageShape shape = format.carried(generator.shape());
    long due = pace.due(k);
    StreamState after = state.afterNext(true);
    Acknowledgement told = updates.acknowledge();
    Render.Client client =
        new InTheWorks(
            image -> new StreamFrame(k, due - accepted, origin, image, shape, after, told));
    return queue.offer(Render.frame(generator, origin, format, due, pace.fps(), client));
  }

  /** A frame in the works. */
  private final class InTheWorks implements Render.Client {
    private final Function<Rendered, StreamFrame> frame;

    InTheWorks(Function<Rendered, StreamFrame> frame) {
      this.frame = frame;
    }

    @Override
    public boolean gone() {
      return over;
    }

    @Override
    public void rendered(Rendered image) {
      if (!over) {
        sink.send(frame.apply(image));
      }
      finished();
    }

    @Override
    public void failed(RuntimeException reason) {
      synchronized (FrameStream.this) {
        // Also where the frame was the last: a stream that lacks it is not complete.
        ending = end -> end.fail(reason);
      }
      finished();
    }
  }

  private void finished() {
    synchronized (this) {
      inTheWorks = false;
    }
    settle();
    wake();
  }

  /**
   * Takes an update: rate, pause and steps act at once, the rest with the frame it binds to.
   *
   * @throws RefusedException when it cannot be taken, and then nothing has changed
   */
  public void steer(Steering steering) {
    boolean moved;
    synchronized (this) {
      if (over || ending != null) {
        return;
      }
      pace.requirePossible(steering);
      updates.requireRoom(steering);
      Double fps = steering.update().fps();
      promise.raise(fps == null ? 0 : fps);
      updates.add(steering);
      OptionalLong before = due();
      pace.steer(steering, state.next(), clock.time().nanos());
      waiting &= mayNotDrop();
      if (before.isEmpty() && due().isPresent()) {
        pace.goOn(state.next(), clock.time().nanos());
      }
      moved = !due().equals(before);
    }
    if (moved) {
      clock.schedule(this);
    }
  }

  private boolean mayNotDrop() {
    return state.plan().waits() || pace.paused();
  }

  /** What makes the frame in the works, or made the latest. */
  public synchronized Generator generator() {
    return generator;
  }

  /** Notes an update that was not taken; a later frame tells it. */
  public synchronized void reject(long id, String reason) {
    updates.reject(id, reason);
  }

  @Override
  public boolean over() {
    return over;
  }

  /** Ends the stream, if it should end and no frame is in the works. */
  private void settle() {
    Consumer<FrameSink> last;
    synchronized (this) {
      if (over || inTheWorks || ending == null) {
        return;
      }
      over = true;
      last = ending;
    }
    clock.forget(this);
    last.accept(sink);
  }

  /** Goes on, if the clock waits and a frame can be delivered. Call it when the sink is ready. */
  public void wake() {
    synchronized (this) {
      if (!waiting || over || inTheWorks || !sink.ready()) {
        return;
      }
      waiting = false;
      pace.goOn(state.next(), clock.time().nanos());
    }
    clock.schedule(this);
  }

  /** Ends the stream early, after the frame in the works. */
  @Override
  public void stop(RuntimeException reason) {
    synchronized (this) {
      if (ending == null) {
        ending = end -> end.fail(reason);
      }
    }
    settle();
  }

  /** Forgets the stream: its client is gone. */
  public void cancel() {
    synchronized (this) {
      over = true;
    }
    clock.forget(this);
    queue.stopGone();
  }
}

package retort.server.schedule;

import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import retort.server.generator.Generator;
import retort.server.generator.Origin;

/**
 * One stream of frames on the server's clock.
 *
 * <ul>
 *   <li>Frame k is due at start + k / fps, and k advances once per due time, whether the frame is
 *       made or not.
 *   <li>A frame that cannot be delivered when due (the client still reads, or the frame before is
 *       still in the works) is never made and counts as dropped; a stream whose plan waits stops
 *       its clock instead, until the frame can be delivered.
 *   <li>After a stall of the server of more than one period the frame that comes next is due within
 *       a period, where the clock would have ticked anyway, and the clock goes on from there: no
 *       index is used up, no burst follows, and streams that were spread over a period stay so.
 * </ul>
 *
 * <p>At most one frame is in the works, and whoever finishes it is the sink's only writer. Safe for
 * any number of threads.
 */
public final class FrameStream {
  private static final double NANOS_PER_SECOND = 1e9;

  /** 73 years. Differences of due times are compared, and must not overflow. */
  private static final long LATEST = Long.MAX_VALUE / 4;

  private final StreamPlan plan;
  private final String digest;
  private final Generator generator;
  private final RenderQueue queue;
  private final FrameClock clock;
  private final FrameSink sink;
  private final long accepted;

  // Guarded by this.
  private long next;
  private long dropped;
  private long anchor;
  private long anchorIndex;
  private boolean inTheWorks;
  private boolean waiting;
  private @Nullable Consumer<FrameSink> ending;

  /** Written under the lock; read without it by those who ask whether to go on at all. */
  private volatile boolean over;

  /** As the other, due at once. */
  public FrameStream(
      StreamState state, Generator generator, RenderQueue queue, FrameClock clock, FrameSink sink) {
    this(state, generator, queue, clock, sink, 0);
  }

  /**
   * A stream accepted now; {@link FrameClock#start} sets it going.
   *
   * @param generator the one whose digest is in the state
   * @param startOffset nanoseconds from now until the first frame is due, at most a period
   */
  public FrameStream(
      StreamState state,
      Generator generator,
      RenderQueue queue,
      FrameClock clock,
      FrameSink sink,
      long startOffset) {
    this.plan = state.plan();
    this.digest = state.digest();
    this.next = state.next();
    this.dropped = state.dropped();
    this.generator = generator;
    this.queue = queue;
    this.clock = clock;
    this.sink = sink;
    this.accepted = clock.time().nanos();
    anchorAt(accepted + startOffset);
  }

  /** When the frame that comes next is due. */
  synchronized long due() {
    long offset = Math.round((next - anchorIndex) * (NANOS_PER_SECOND / plan.fps()));
    return anchor + Math.min(offset, LATEST);
  }

  private void anchorAt(long now) {
    anchor = now;
    anchorIndex = next;
  }

  /**
   * Has the frame that is due made, or drops it. Called by the clock.
   *
   * @return when to call again; empty when the stream is over, or will tell the clock itself
   */
  OptionalLong tick(long now) {
    OptionalLong again = step(now);
    settle();
    if (over) {
      clock.forget(this);
    }
    return again;
  }

  private synchronized OptionalLong step(long now) {
    if (over || ending != null || completed()) {
      return OptionalLong.empty();
    }
    double period = NANOS_PER_SECOND / plan.fps();
    if (now - due() > period) {
      // By whole periods: streams that were spread over a period stay spread after a stall of all.
      anchorAt(due() + Math.round(Math.ceil((now - due()) / period) * period));
      if (due() - now > 0) {
        return OptionalLong.of(due());
      }
    }
    boolean deliverable = !inTheWorks && sink.ready();
    if (!deliverable && plan.waits()) {
      waiting = true;
      return OptionalLong.empty();
    }
    if (deliverable && render()) {
      inTheWorks = true;
    } else {
      dropped++;
    }
    next++;
    return completed() ? OptionalLong.empty() : OptionalLong.of(due());
  }

  private boolean completed() {
    if (plan.endsBefore(next)) {
      ending = FrameSink::end;
    }
    return ending != null;
  }

  private boolean render() {
    Origin origin = plan.origin(next);
    long due = due();
    StreamState after = new StreamState(digest, plan, next + 1, dropped);
    return queue.offer(
        Render.frame(
            generator, origin, plan.encoding(), due, plan.fps(), new Due(due, origin, after)));
  }

  /** A frame in the works. */
  private final class Due implements Render.Client {
    private final long due;
    private final Origin origin;
    private final StreamState after;

    Due(long due, Origin origin, StreamState after) {
      this.due = due;
      this.origin = origin;
      this.after = after;
    }

    @Override
    public boolean gone() {
      return over;
    }

    @Override
    public void rendered(Rendered image) {
      if (!over) {
        sink.send(new StreamFrame(after.next() - 1, due - accepted, origin, image, after));
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

  /** Whether nothing more comes. */
  boolean over() {
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
      anchorAt(clock.time().nanos());
    }
    clock.schedule(this);
  }

  /** Ends the stream early, after the frame in the works. */
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

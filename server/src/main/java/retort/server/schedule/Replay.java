package retort.server.schedule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import retort.denoiser.ImageShape;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.ImageFormat;

/**
 * The frames of a stream once more, as fast as they are made and read: a few at a time, in their
 * order. They wait in the queue as requests do, so that streams stay on time. What was shown is
 * folded from the log, so that the first frame may be any.
 *
 * <p>Safe for any number of threads.
 */
public final class Replay implements Ticking {
  /** Made at once, or made and not sent: enough to keep some lanes at work. */
  static final int WINDOW = 4;

  /** Until the queue is asked again that had no room. */
  private static final long RETRY_NANOS = 20_000_000;

  private final Generator generator;
  private final RenderQueue queue;
  private final FrameClock clock;
  private final FrameSink sink;
  private final UpdateLog log;
  private final long end;

  // Guarded by this.
  private long next;
  private long sent;
  private final Map<Long, StreamFrame> made = new HashMap<>();
  private boolean sending;
  private @Nullable Consumer<FrameSink> ending;
  private OptionalLong due;

  /** Written under the lock; read without it by those who ask whether to go on at all. */
  private volatile boolean over;

  /**
   * A replay; {@link FrameClock#start} sets it going.
   *
   * @param log what the stream showed
   * @param first index of the first frame wanted
   * @param count how many; fewer come where the stream ends before
   * @param generator the one whose digest is in the log
   */
  public Replay(
      UpdateLog log,
      long first,
      long count,
      Generator generator,
      RenderQueue queue,
      FrameClock clock,
      FrameSink sink) {
    this.log = log;
    this.generator = generator;
    this.queue = queue;
    this.clock = clock;
    this.sink = sink;
    next = first;
    sent = first;
    end = log.endOf(first, count);
    due = OptionalLong.of(clock.time().nanos());
  }

  @Override
  public synchronized OptionalLong due() {
    return over ? OptionalLong.empty() : due;
  }

  @Override
  public void tick(long now) {
    synchronized (this) {
      due = OptionalLong.empty();
    }
    wake();
  }

  /** Goes on, if the client reads. Call it when the sink is ready. */
  public void wake() {
    ask();
    settle();
  }

  /** Asks for as many frames as may be in the works. */
  private synchronized void ask() {
    while (!over && ending == null && next < end && next - sent < WINDOW && sink.ready()) {
      long now = clock.time().nanos();
      if (!queue.offer(List.of(render(next, now)))) {
        due = OptionalLong.of(now + RETRY_NANOS);
        clock.schedule(this);
        return;
      }
      next++;
    }
  }

  private Render render(long k, long now) {
    StreamState state = log.at(k);
    Origin origin = state.origin(k);
    ImageFormat format = state.plan().format();
    return Render.request(
        generator, origin, format, now, new Waiting(origin, state, log.applied(k)));
  }

  /** A frame in the works. */
  private final class Waiting implements Render.Client {
    private final Origin origin;
    private final StreamState state;
    private final long applied;

    Waiting(Origin origin, StreamState state, long applied) {
      this.origin = origin;
      this.state = state;
      this.applied = applied;
    }

    @Override
    public boolean gone() {
      return over;
    }

    @Override
    public void rendered(Rendered made) {
      // It may wait for those before it.
      Rendered image = made.kept();
      ImageShape shape = state.plan().format().carried(generator.shape());
      Acknowledgement told = new Acknowledgement(applied, List.of(), List.of());
      StreamState after = state.afterNext(true);
      synchronized (Replay.this) {
        Replay.this.made.put(
            state.next(), new StreamFrame(state.next(), 0, origin, image, shape, after, told));
      }
      send();
      wake();
    }

    @Override
    public void failed(RuntimeException reason) {
      stop(reason);
    }
  }

  /**
   * Sends what is made and comes next. One thread at a time does, and the others leave it theirs.
   */
  private void send() {
    for (StreamFrame frame = begin(); frame != null; frame = begin()) {
      try {
        sink.send(frame);
      } finally {
        synchronized (this) {
          sending = false;
          sent++;
        }
      }
    }
  }

  private synchronized @Nullable StreamFrame begin() {
    StreamFrame frame = over || ending != null || sending ? null : made.remove(sent);
    sending |= frame != null;
    return frame;
  }

  private void settle() {
    Consumer<FrameSink> last;
    synchronized (this) {
      if (ending == null && sent == end) {
        ending = FrameSink::end;
      }
      if (over || sending || ending == null) {
        return;
      }
      over = true;
      last = ending;
    }
    clock.forget(this);
    last.accept(sink);
  }

  @Override
  public boolean over() {
    return over;
  }

  /** Ends the replay early. */
  @Override
  public void stop(RuntimeException reason) {
    synchronized (this) {
      if (ending == null) {
        ending = end -> end.fail(reason);
      }
    }
    settle();
  }

  /** Forgets the replay: its client is gone. */
  public void cancel() {
    synchronized (this) {
      over = true;
    }
    clock.forget(this);
    queue.stopGone();
  }
}

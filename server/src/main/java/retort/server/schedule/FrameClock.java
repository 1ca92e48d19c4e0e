package retort.server.schedule;

import java.util.Comparator;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that tells every stream when its next frame is due. It makes nothing itself, so that
 * thousands of streams need no more than this one.
 */
public final class FrameClock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameClock.class);

  private record Alarm(FrameStream stream, long due) {}

  private final Time time;
  private final Set<FrameStream> open = ConcurrentHashMap.newKeySet();
  private final Queue<Alarm> arrivals = new ConcurrentLinkedQueue<>();

  /** Touched by whoever calls {@link #advance} only. */
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(
          Comparator.comparing((Alarm alarm) -> alarm, (a, b) -> Long.signum(a.due - b.due)));

  private final Thread thread = new Thread(this::run, "retort-frame-clock");
  private volatile boolean closed;

  /** A clock that stands until {@link #run} is started, or somebody calls {@link #advance}. */
  FrameClock(Time time) {
    this.time = time;
    thread.setDaemon(true);
  }

  /** A clock that runs. */
  public static FrameClock running(Time time) {
    FrameClock clock = new FrameClock(time);
    clock.thread.start();
    return clock;
  }

  Time time() {
    return time;
  }

  /** Sets a stream going: its first frame is due when it was accepted. */
  public void start(FrameStream stream) {
    open.add(stream);
    schedule(stream);
  }

  /** Notes when a stream's next frame is due. */
  void schedule(FrameStream stream) {
    arrivals.add(new Alarm(stream, stream.due()));
    LockSupport.unpark(thread);
  }

  void forget(FrameStream stream) {
    open.remove(stream);
  }

  /** How many streams run. */
  int streams() {
    return open.size();
  }

  /** Ends every stream, each after the frame it has in the works. */
  public void stopAll(RuntimeException reason) {
    for (Iterator<FrameStream> streams = open.iterator(); streams.hasNext(); ) {
      streams.next().stop(reason);
    }
  }

  /**
   * Does what is due.
   *
   * @return when to call again; empty when nothing will be due
   */
  OptionalLong advance() {
    for (Alarm alarm = arrivals.poll(); alarm != null; alarm = arrivals.poll()) {
      alarms.add(alarm);
    }
    long now = time.nanos();
    while (!alarms.isEmpty() && alarms.element().due - now <= 0) {
      FrameStream stream = alarms.remove().stream;
      try {
        stream.tick(now).ifPresent(due -> alarms.add(new Alarm(stream, due)));
      } catch (RuntimeException e) {
        LOG.error("a stream failed", e);
        stream.stop(e);
      }
    }
    return alarms.isEmpty() ? OptionalLong.empty() : OptionalLong.of(alarms.element().due);
  }

  private void run() {
    while (!closed) {
      OptionalLong due = advance();
      if (due.isEmpty()) {
        LockSupport.park(this);
      } else if (due.getAsLong() - time.nanos() > 0) {
        LockSupport.parkNanos(this, due.getAsLong() - time.nanos());
      }
    }
  }

  /** Stops the clock; streams that run get no more frames. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}

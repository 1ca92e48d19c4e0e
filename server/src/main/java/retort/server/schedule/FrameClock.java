package retort.server.schedule;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that tells every stream when its next frame is due. It makes nothing itself, so that
 * thousands of streams need no more than this one.
 */
public final class FrameClock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameClock.class);

  /** So many alarms of streams that are over are not worth looking for. */
  private static final int FEW = 64;

  private record Alarm(FrameStream stream, long due) {}

  private final Time time;
  private final Set<FrameStream> open = ConcurrentHashMap.newKeySet();
  private final Queue<Alarm> arrivals = new ConcurrentLinkedQueue<>();

  /** Streams that ended since their alarms were removed. */
  private final AtomicInteger ended = new AtomicInteger();

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

  /**
   * A clock that runs.
   *
   * @param broken told when its thread ends by a failure, after which no stream goes on
   */
  public static FrameClock running(Time time, UncaughtExceptionHandler broken) {
    FrameClock clock = new FrameClock(time);
    clock.thread.setUncaughtExceptionHandler(broken);
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
    if (open.remove(stream) && ended.incrementAndGet() > FEW) {
      LockSupport.unpark(thread);
    }
  }

  /** How many streams run. */
  int streams() {
    return open.size();
  }

  /** How many alarms are set. Called by whoever calls {@link #advance} only. */
  int alarms() {
    return alarms.size();
  }

  /** Ends every stream, each after the frame it has in the works. */
  public void stopAll(RuntimeException reason) {
    open.forEach(stream -> stream.stop(reason));
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
    if (ended.get() > FEW + alarms.size() / 2) {
      ended.set(0);
      alarms.removeIf(alarm -> alarm.stream.over());
    }
    long now = time.nanos();
    // Set after the loop, so that a stream ticks once however short its period.
    List<Alarm> again = new ArrayList<>();
    while (!alarms.isEmpty() && alarms.element().due - now <= 0) {
      FrameStream stream = alarms.remove().stream;
      try {
        stream.tick(now).ifPresent(due -> again.add(new Alarm(stream, due)));
      } catch (RuntimeException e) {
        LOG.error("a stream failed", e);
        stream.stop(e);
      }
    }
    alarms.addAll(again);
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

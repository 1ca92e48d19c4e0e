package retort.server.schedule;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that tells every stream when its next frame is due. It makes nothing itself, so that
 * thousands of streams need no more than this one. A stream has one alarm at most, however often
 * its client changes the rate.
 */
public final class FrameClock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameClock.class);

  private record Alarm(Ticking stream, long due, long number) {}

  private final Time time;
  private final Set<Ticking> open = ConcurrentHashMap.newKeySet();

  /** Those whose due time may have changed, or that are over. */
  private final Set<Ticking> changed = ConcurrentHashMap.newKeySet();

  // Touched by whoever calls advance() only.
  private final Map<Ticking, Alarm> alarmOf = new HashMap<>();
  private final TreeSet<Alarm> alarms =
      new TreeSet<>(
          Comparator.comparing((Alarm alarm) -> alarm, (a, b) -> Long.signum(a.due - b.due))
              .thenComparing(Alarm::number));
  private long set;

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
    begin(stream);
  }

  /** Sets a replay going. */
  public void start(Replay replay) {
    begin(replay);
  }

  private void begin(Ticking stream) {
    open.add(stream);
    schedule(stream);
  }

  /** Looks again when a stream is due. */
  void schedule(Ticking stream) {
    changed.add(stream);
    LockSupport.unpark(thread);
  }

  /** Lets go of a stream that is over. */
  void forget(Ticking stream) {
    if (open.remove(stream)) {
      schedule(stream);
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
    for (Iterator<Ticking> each = changed.iterator(); each.hasNext(); ) {
      Ticking stream = each.next();
      // Before the look, so that a change after it is looked at again.
      each.remove();
      setAlarm(stream);
    }
    long now = time.nanos();
    // Set after the loop, so that a stream ticks once however short its period.
    List<Ticking> again = new ArrayList<>();
    while (!alarms.isEmpty() && alarms.first().due - now <= 0) {
      Ticking stream = alarms.first().stream;
      removeAlarm(stream);
      again.add(stream);
      try {
        stream.tick(now);
      } catch (RuntimeException e) {
        LOG.error("a stream failed", e);
        stream.stop(e);
      }
    }
    again.forEach(this::setAlarm);
    return alarms.isEmpty() ? OptionalLong.empty() : OptionalLong.of(alarms.first().due);
  }

  private void setAlarm(Ticking stream) {
    removeAlarm(stream);
    if (stream.over()) {
      open.remove(stream);
      return;
    }
    stream
        .due()
        .ifPresent(
            due -> {
              Alarm alarm = new Alarm(stream, due, set++);
              alarmOf.put(stream, alarm);
              alarms.add(alarm);
            });
  }

  private void removeAlarm(Ticking stream) {
    Alarm alarm = alarmOf.remove(stream);
    if (alarm != null) {
      alarms.remove(alarm);
    }
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

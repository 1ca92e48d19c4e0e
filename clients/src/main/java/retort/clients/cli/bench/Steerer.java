package retort.clients.cli.bench;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import retort.v1.StreamUpdate;

/**
 * Updates of one stream at a fixed rate, and how long each takes to be seen: from the time it was
 * to be sent, so that a sender that falls behind does not hide what it waits for. Safe to share.
 */
final class Steerer {
  /** Its multiples spread evenly between whole numbers. */
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  /** An update that no frame has shown. */
  private record Sent(long id, long intended, long framesBefore) {}

  private final double rate;
  private final Span span;
  private final Consumer<StreamUpdate> sender;
  private final Histogram controlToFrame = Times.histogram();
  private final Queue<Sent> unseen = new ArrayDeque<>();
  private long begun;
  private long id;
  private long frames;
  private long mostFrames;

  /**
   * @param rate updates a second
   * @param sender sends one, on the thread that calls {@link #send}
   */
  Steerer(double rate, Span span, Consumer<StreamUpdate> sender) {
    this.rate = rate;
    this.span = span;
    this.sender = sender;
  }

  /** Updates are due from now on. */
  synchronized void begin(long now) {
    begun = now;
  }

  /**
   * Sends what is due.
   *
   * @return when the next one is to be sent
   */
  long send(long now) {
    while (true) {
      StreamUpdate update;
      synchronized (this) {
        long intended = begun + intended(id);
        if (intended - now > 0) {
          return intended;
        }
        id++;
        unseen.add(new Sent(id, intended, frames));
        update = StreamUpdate.newBuilder().setUpdateId(id).setSeed(id).build();
      }
      sender.accept(update);
    }
  }

  /**
   * When an update is to be sent, in nanoseconds: within its share of the time, at moments that
   * spread evenly, since a rate that divides the frames' would always meet one phase of the clock.
   */
  private long intended(long update) {
    double moment = ((update + 1) * GOLDEN) % 1;
    return (long) ((update + moment) * (1e9 / rate));
  }

  /**
   * Notes a frame.
   *
   * @param applied the newest update that it is the first to show; else 0
   */
  synchronized void arrived(long applied, long now) {
    frames++;
    for (Iterator<Sent> each = unseen.iterator(); each.hasNext(); ) {
      Sent sent = each.next();
      if (applied < sent.id) {
        return;
      }
      each.remove();
      if (span.contains(sent.intended)) {
        controlToFrame.recordValue(Math.max(0, now - sent.intended));
        mostFrames = Math.max(mostFrames, frames - sent.framesBefore - 1);
      }
    }
  }

  /** Adds what was measured to that of other streams. */
  synchronized void addTo(Histogram all) {
    all.add(controlToFrame);
  }

  /** Frames that came between the sending of an update and the frame that showed it, at most. */
  synchronized long mostFramesBetween() {
    return mostFrames;
  }

  /** Updates that no frame showed. */
  synchronized long unseen() {
    return unseen.size();
  }
}

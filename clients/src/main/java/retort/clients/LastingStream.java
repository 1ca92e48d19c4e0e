package retort.clients;

import io.grpc.Status;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import retort.clients.StreamOpener.Opened;
import retort.v1.Frame;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/**
 * One stream of frames over as many calls as it takes. When a call breaks or falls silent, the next
 * replica is asked to go on after the last frame, by that frame's resume token; so no frame comes
 * twice, and each is the one that an undisturbed stream has at its index.
 *
 * <p>Everything happens in one {@link EventLine}. Frames that were asked for and have not come are
 * asked for again on a new call.
 */
final class LastingStream {
  private final StreamOpener opener;
  private final Channels channels;
  private final StreamRequest request;
  private final FrameListener listener;
  private final Set<LastingStream> running;
  private final PendingUpdates updates = new PendingUpdates();
  private final Outage outage;
  private final SilenceWatch silence;
  private final EventLine events;

  private @Nullable StreamCall current;
  private @Nullable Frame last;
  private @Nullable Future<?> later;
  private long wanted;
  private int turn;
  private boolean ended;
  private volatile long startNanos = System.nanoTime();

  /**
   * @param listener told of frames and the end, one call at a time
   * @param running holds it from its start to its end
   */
  LastingStream(
      StreamOpener opener,
      Channels channels,
      ClientOptions options,
      Backoff backoff,
      ClientThreads threads,
      StreamRequest request,
      FrameListener listener,
      Set<LastingStream> running) {
    this.opener = opener;
    this.channels = channels;
    this.events = new EventLine(threads, this::crashed);
    this.request = request;
    this.listener = listener;
    this.running = running;
    this.outage = new Outage(backoff, options.patience());
    this.silence = new SilenceWatch(options.silence(), request.getFps());
  }

  /** Makes the first call, on another thread. */
  void start() {
    events.later(
        () -> {
          if (!ended) {
            running.add(this);
            open();
          }
        });
  }

  /** Asks for so many frames more, above 0. */
  void request(long count) {
    events.later(
        () -> {
          if (wanted == 0) {
            silence.sign(System.nanoTime());
          }
          wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
          if (current != null) {
            current.ask(count);
          }
        });
  }

  /** Changes the stream. The future is completed before the frame is passed on. */
  CompletableFuture<Frame> steer(StreamUpdate update) {
    PendingUpdates.requireUnnumbered(update);
    CompletableFuture<Frame> shown = new CompletableFuture<>();
    events.later(
        () -> {
          if (ended) {
            shown.completeExceptionally(RetortException.ofEnd());
          } else {
            updates.add(update, shown);
            sendUpdates();
          }
        });
    return shown;
  }

  /** Ends the stream, at the server too; the listener is told of the end if it was not before. */
  void cancel() {
    events.later(() -> end(null));
  }

  /** Ends the stream with a failure, unless it has ended before. */
  void fail(RetortException why) {
    events.later(() -> end(why));
  }

  /** Does something between two events, so that no other call to the listener is under way. */
  void between(Runnable event) {
    events.later(event);
  }

  /** When the present call was made. */
  long startNanos() {
    return startNanos;
  }

  private void open() {
    if (ended) {
      return;
    }
    opener.open(turn, last, opened -> events.now(() -> opened(opened)));
  }

  private void opened(Opened opened) {
    StreamCall call = opened.call();
    if (call == null) {
      failed(opened.replica(), opened.replicas(), Objects.requireNonNull(opened.failure()));
    } else if (ended) {
      call.end(channels);
    } else {
      current = call;
      startNanos = System.nanoTime();
      silence.began(startNanos);
      call.begin(request, last, new Incoming());
      while (sendNext(call)) {
        // Along with the start, so that few frames miss them; they have coalesced, and are few.
      }
      call.ask(wanted);
      watch();
    }
  }

  private void sendUpdates() {
    while (current != null && current.ready() && sendNext(current)) {
      // As many as leave at once; the others coalesce meanwhile.
    }
  }

  /** Whether there was an update to send. */
  private boolean sendNext(StreamCall call) {
    boolean rested = updates.standing();
    Optional<StreamUpdate> update = updates.next();
    update.ifPresent(call::send);
    if (rested && update.isPresent()) {
      silence.sign(System.nanoTime());
    }
    return update.isPresent();
  }

  private void took(StreamCall call, Frame frame) {
    if (call != current) {
      return;
    }
    if (last != null && Long.compareUnsigned(frame.getIndex(), last.getIndex()) <= 0) {
      call.ask(1);
      return;
    }
    last = frame;
    wanted--;
    outage.over();
    silence.arrived(frame, System.nanoTime());
    updates.arrived(frame);
    try {
      listener.onFrame(frame);
    } catch (RuntimeException e) {
      end(RetortException.ofListener(e));
    }
  }

  private void broke(StreamCall call, Status status) {
    if (call != current) {
      return;
    }
    if (status.isOk()) {
      end(null);
      return;
    }
    if (updates.standing() && silence.allowed(startNanos, System.nanoTime())) {
      // It brought no frame because none was due.
      outage.over();
    }
    current = null;
    call.end(channels);
    String server = call.replica().toString();
    failed(call.replica(), call.replicas(), RetortException.ofStream(server, status.asException()));
  }

  private void failed(Replica replica, int replicas, RetortException failure) {
    if (ended) {
      return;
    }
    turn++;
    updates.lost();
    OptionalLong wait = outage.failed(replica, failure, replicas, last != null, System.nanoTime());
    if (channels.closed()) {
      end(RetortException.ofClosed(channels.address()));
    } else if (wait.isEmpty()) {
      end(outage.failure());
    } else {
      schedule(wait.getAsLong(), this::open);
    }
  }

  private void watch() {
    schedule(silence.leftNanos(updates.slowestFps(), System.nanoTime()), this::listen);
  }

  /** In place of what was to be done later before. */
  private void schedule(long nanos, Runnable event) {
    if (later != null) {
      later.cancel(false);
    }
    later = events.after(nanos, event);
  }

  /** Gives up a call that should have brought a frame by now. */
  private void listen() {
    StreamCall call = current;
    if (ended || call == null) {
      return;
    }
    long now = System.nanoTime();
    if (wanted == 0 || updates.standing()) {
      silence.sign(now);
    } else if (silence.leftNanos(updates.slowestFps(), now) <= 0) {
      broke(call, Status.UNAVAILABLE.withDescription("a frame is overdue"));
      return;
    }
    watch();
  }

  /** An event threw: the client's threads are gone with it, or a listener has failed. */
  private void crashed(Throwable failure) {
    end(
        failure instanceof RejectedExecutionException
            ? RetortException.ofClosed(channels.address())
            : RetortException.ofListener(failure));
  }

  private void end(@Nullable RetortException failure) {
    if (ended) {
      return;
    }
    ended = true;
    if (later != null) {
      later.cancel(false);
    }
    if (current != null) {
      current.end(channels);
      current = null;
    }
    running.remove(this);
    updates.end(failure == null ? RetortException.ofEnd() : failure);
    if (failure == null) {
      listener.onEnd();
    } else {
      listener.onError(failure);
    }
  }

  /** Takes what happens into the context. */
  private final class Incoming implements StreamCall.Events {
    @Override
    public void arrived(StreamCall call, Frame frame) {
      events.now(() -> took(call, frame));
    }

    @Override
    public void ready(StreamCall call) {
      events.now(LastingStream.this::sendUpdates);
    }

    @Override
    public void closed(StreamCall call, Status status) {
      events.now(() -> broke(call, status));
    }
  }
}

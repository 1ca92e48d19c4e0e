package retort.clients.cli.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream on a connection of its own, whose frames are noted on the connection's thread.
 *
 * @param <Q> request
 */
final class MeasuredStream<Q> implements Watched {
  private final FrameLog log = new FrameLog();
  private final StreamKind<Q> kind;
  private final long number;
  private final double period;
  private final @Nullable Steerer steerer;
  private final ClientCall<Q, FrameMark> call;
  private long startNanos;
  private volatile @Nullable Status ended;

  /**
   * A stream that has not begun.
   *
   * @param channel stays the caller's
   * @param number which of the streams
   * @param fps frames a second
   * @param rate updates a second; 0 for none
   */
  MeasuredStream(
      ManagedChannel channel, StreamKind<Q> kind, long number, double fps, double rate, Span span) {
    this.kind = kind;
    this.number = number;
    this.period = 1e9 / fps;
    this.call = channel.newCall(kind.method(), CallOptions.DEFAULT);
    this.steerer =
        rate == 0
            ? null
            : new Steerer(rate, span, update -> call.sendMessage(kind.updates().apply(update)));
  }

  @Override
  public void start(boolean reads) {
    startNanos = System.nanoTime();
    if (steerer != null) {
      steerer.begin(startNanos);
    }
    call.start(new Reader(), new Metadata());
    call.sendMessage(kind.requests().apply(number));
    if (steerer == null && !kind.again()) {
      call.halfClose();
    }
    if (reads) {
      call.request(1);
    }
  }

  @Override
  public Optional<Steerer> steerer() {
    return Optional.ofNullable(steerer);
  }

  @Override
  public FrameLog log() {
    return log;
  }

  @Override
  public Optional<Long> toFirstFrame() {
    return log.size() == 0 ? Optional.empty() : Optional.of(log.arrived(0) - startNanos);
  }

  @Override
  public Optional<Status> ended() {
    return Optional.ofNullable(ended);
  }

  private final class Reader extends ClientCall.Listener<FrameMark> {
    /** Frames of answers that are complete, after which indexes and due times go on. */
    private long before;

    private long count;

    @Override
    public void onMessage(FrameMark mark) {
      long now = System.nanoTime();
      if (mark.failure() != null) {
        ended = Status.UNKNOWN.withDescription(mark.failure());
        call.cancel(mark.failure(), null);
        return;
      }
      if (!mark.empty()) {
        note(mark, now);
      }
      if (mark.last() && kind.again()) {
        before = count;
        call.sendMessage(kind.requests().apply(number));
      }
      call.request(1);
    }

    private void note(FrameMark mark, long now) {
      boolean told = mark.index() >= 0 && before == 0;
      log.add(now, told ? mark.dueNanos() : (long) (count * period), told ? mark.index() : count);
      count++;
      if (steerer != null) {
        steerer.arrived(mark.applied(), now);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (ended == null) {
        ended = status;
      }
    }
  }
}

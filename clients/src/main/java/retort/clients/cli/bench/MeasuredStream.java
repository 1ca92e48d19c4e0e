package retort.clients.cli.bench;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One stream on a connection of its own, whose frames are noted on the connection's thread. */
abstract class MeasuredStream {
  private final FrameLog log = new FrameLog();
  private volatile long startNanos;
  private volatile @Nullable Status ended;

  /**
   * Makes the call.
   *
   * @param reads whether it asks for frames; one that never does is a stalled client
   */
  final void start(boolean reads) {
    startNanos = System.nanoTime();
    begin(startNanos, reads);
  }

  /**
   * Makes the call.
   *
   * @param now by {@link System#nanoTime}
   */
  abstract void begin(long now, boolean reads);

  /** What updates it, where something does. */
  Optional<Steerer> steerer() {
    return Optional.empty();
  }

  final FrameLog log() {
    return log;
  }

  /** From the call to its first frame, in nanoseconds; empty where none came. */
  final Optional<Long> toFirstFrame() {
    return log.size() == 0 ? Optional.empty() : Optional.of(log.arrived(0) - startNanos);
  }

  /** It is over, by itself. */
  final void end(Status why) {
    ended = why;
  }

  /** Why it ended by itself; empty while it runs. */
  final Optional<Status> ended() {
    return Optional.ofNullable(ended);
  }

  /** Takes messages one by one, as they come. */
  abstract class MessageReader<A> extends ClientCall.Listener<A> {
    private final ClientCall<?, A> call;

    MessageReader(ClientCall<?, A> call) {
      this.call = call;
    }

    /** Notes what a message holds. */
    abstract void read(A message, long now);

    @Override
    public final void onMessage(A message) {
      read(message, System.nanoTime());
      call.request(1);
    }

    @Override
    public final void onClose(Status status, Metadata trailers) {
      end(status);
    }
  }
}

package retort.clients.cli.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps the clock itself: it asks for each frame when the frame is due, whatever the
 * calls before do.
 *
 * @param <Q> request
 */
final class StreamOfCalls<Q> implements Watched {
  /** Its multiples spread evenly between whole numbers. */
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private final FrameLog log = new FrameLog();
  private final ManagedChannel channel;
  private final UnaryCall<Q> call;
  private final long number;
  private final double period;
  private final Span span;
  private long firstNanos;
  private volatile @Nullable Status ended;

  private StreamOfCalls(
      ManagedChannel channel, UnaryCall<Q> call, long number, double fps, Span span) {
    this.channel = channel;
    this.call = call;
    this.number = number;
    this.period = 1e9 / fps;
    this.span = span;
  }

  /** Clients that ask by such calls, at different moments of a period. */
  static <Q> Watched.Kind kind(UnaryCall<Q> call) {
    return new Watched.Kind() {
      @Override
      public String name() {
        return call.name();
      }

      @Override
      public Watched open(ManagedChannel channel, long number, double fps, double rate, Span span) {
        return new StreamOfCalls<>(channel, call, number, fps, span);
      }
    };
  }

  @Override
  public void start(boolean reads) {
    firstNanos = System.nanoTime() + (long) (number * GOLDEN % 1 * period);
    askWhenDue(0);
  }

  /** On the one thread that the JDK keeps for delays. */
  private void askWhenDue(long k) {
    long due = due(k);
    if (due - span.end() < 0 && ended == null) {
      long wait = Math.max(0, due - System.nanoTime());
      CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS, Runnable::run)
          .execute(
              () -> {
                ask(k);
                askWhenDue(k + 1);
              });
    }
  }

  private long due(long k) {
    return firstNanos + (long) (k * period);
  }

  private void ask(long k) {
    ClientCalls.asyncUnaryCall(
        channel.newCall(call.method(), CallOptions.DEFAULT),
        call.requests().apply(k),
        new StreamObserver<Unread>() {
          @Override
          public void onNext(Unread answer) {
            log.add(System.nanoTime(), due(k), k);
          }

          @Override
          public void onError(Throwable failure) {
            // Once it is over, the connection is closed under what is left.
            if (System.nanoTime() - span.end() < 0) {
              ended = Status.fromThrowable(failure);
            }
          }

          @Override
          public void onCompleted() {}
        });
  }

  @Override
  public Optional<Steerer> steerer() {
    return Optional.empty();
  }

  @Override
  public FrameLog log() {
    return log;
  }

  @Override
  public Optional<Long> toFirstFrame() {
    return log.size() == 0 ? Optional.empty() : Optional.of(log.arrived(0) - firstNanos);
  }

  @Override
  public Optional<Status> ended() {
    return Optional.ofNullable(ended);
  }
}

package retort.clients.cli.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client that keeps the clock itself: it asks for each frame when the frame is due, whatever the
 * frames before do.
 *
 * @param <Q> request
 * @param <A> answer
 */
final class StreamOfCalls<Q, A> extends MeasuredStream {
  private final ManagedChannel channel;
  private final UnaryCall<Q, A> call;
  private final long periodNanos;
  private final long phaseNanos;
  private final ScheduledExecutorService clock;
  private long index;

  /**
   * @param channel stays the caller's
   * @param phaseNanos after the start, when it asks first
   * @param clock calls it; ends it by its own shutdown
   */
  StreamOfCalls(
      ManagedChannel channel,
      UnaryCall<Q, A> call,
      long periodNanos,
      long phaseNanos,
      ScheduledExecutorService clock) {
    this.channel = channel;
    this.call = call;
    this.periodNanos = periodNanos;
    this.phaseNanos = phaseNanos;
    this.clock = clock;
  }

  @Override
  void begin(long now, boolean reads) {
    Future<?> unused =
        clock.scheduleAtFixedRate(
            () -> ask(now + phaseNanos), phaseNanos, periodNanos, TimeUnit.NANOSECONDS);
  }

  /** On the clock's thread alone. */
  private void ask(long firstNanos) {
    long k = index++;
    ClientCalls.asyncUnaryCall(
        channel.newCall(call.method(), CallOptions.DEFAULT),
        call.requests().apply(k),
        new StreamObserver<A>() {
          @Override
          public void onNext(A answer) {
            log().add(System.nanoTime(), firstNanos + k * periodNanos, k);
          }

          @Override
          public void onError(Throwable failure) {
            end(Status.fromThrowable(failure));
          }

          @Override
          public void onCompleted() {}
        });
  }
}

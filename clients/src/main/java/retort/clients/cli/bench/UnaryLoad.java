package retort.clients.cli.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Calls with one answer: by callers that ask again when they have the answer before, or at a fixed
 * rate whatever the answers do. At a fixed rate a call's time counts from when it was to be sent,
 * so that waiting which a late sender would hide is in it.
 *
 * @param <Q> request
 */
final class UnaryLoad<Q> {
  /** Answers that a fixed rate may wait for; past it, calls wait here, and their time runs. */
  private static final int MAX_UNDER_WAY = 4096;

  private static final long GRACE_SECONDS = 30;
  private static final long REFUSED_MILLIS = 10;

  private final ManagedChannel channel;
  private final UnaryCall<Q> call;
  private final Span span;
  private final Histogram times = Times.shared();

  /** A caller that was refused waits so long, and so does not keep the server from its work. */
  private final Executor later =
      CompletableFuture.delayedExecutor(REFUSED_MILLIS, TimeUnit.MILLISECONDS);

  private double cpuShare;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();

  UnaryLoad(ManagedChannel channel, UnaryCall<Q> call, Span span) {
    this.channel = channel;
    this.call = call;
    this.span = span;
  }

  /** So many callers, each asking again when it has its answer. */
  void closedLoop(int callers) throws InterruptedException {
    Semaphore running = new Semaphore(0);
    for (int i = 0; i < callers; i++) {
      askAgain(running);
    }
    span.awaitBegin();
    CpuShare cpu = new CpuShare();
    span.await();
    cpuShare = cpu.since();
    if (!running.tryAcquire(
        callers,
        span.end() - System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS),
        TimeUnit.NANOSECONDS)) {
      failures.merge("no answer in " + GRACE_SECONDS + " seconds", 1, Integer::sum);
    }
  }

  private void askAgain(Semaphore running) {
    long now = System.nanoTime();
    if (now - span.end() >= 0) {
      running.release();
    } else {
      Runnable again = () -> askAgain(running);
      ask(now, again, () -> later.execute(again));
    }
  }

  /** So many calls a second. */
  void fixedRate(double perSecond) throws InterruptedException {
    Semaphore room = new Semaphore(MAX_UNDER_WAY);
    CpuShare cpu = new CpuShare();
    boolean warm = false;
    for (long i = 0; ; i++) {
      long intended = span.start() + (long) (i * (1e9 / perSecond));
      if (intended - span.end() >= 0) {
        break;
      }
      awaitTime(intended);
      if (!warm && span.contains(intended)) {
        cpu = new CpuShare();
        warm = true;
      }
      room.acquire();
      ask(intended, room::release, room::release);
    }
    cpuShare = cpu.since();
    if (!room.tryAcquire(MAX_UNDER_WAY, GRACE_SECONDS, TimeUnit.SECONDS)) {
      failures.merge("no answer in " + GRACE_SECONDS + " seconds", 1, Integer::sum);
    }
  }

  private static void awaitTime(long time) throws InterruptedException {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(left);
    }
  }

  /** Asks once; the time counts from the moment given. */
  private void ask(long from, Runnable afterwards, Runnable afterFailure) {
    boolean measured = span.contains(from);
    Q request = call.requests().apply(sent.getAndIncrement());
    ClientCalls.asyncUnaryCall(
        channel.newCall(call.method(), CallOptions.DEFAULT),
        request,
        new StreamObserver<Unread>() {
          @Override
          public void onNext(Unread answer) {
            long now = System.nanoTime();
            if (measured) {
              times.recordValue(Math.max(0, now - from));
            }
            if (span.contains(now)) {
              answered.incrementAndGet();
            }
          }

          @Override
          public void onError(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            if (measured) {
              failures.merge(status.getCode() + ": " + status.getDescription(), 1, Integer::sum);
            }
            afterFailure.run();
          }

          @Override
          public void onCompleted() {
            afterwards.run();
          }
        });
  }

  /** Adds what was measured. */
  void tell(Figures figures) {
    figures
        .count("answers", answered.get())
        .number("answers_per_second", answered.get() / span.seconds())
        .times("latency", times)
        .share("client_cpu", cpuShare)
        .failures(failures);
  }
}

package retort.clients.bench;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.Timings;

/**
 * Callers that ask for one image after the other, each when it has the one before. Prints images
 * per second, the median and the 99th percentile of a call, and the server's own account of the
 * time, as one line of JSON; times in microseconds.
 */
@Command(name = "closed-loop")
public final class ClosedLoop implements Callable<Integer> {
  @Option(names = "--server", required = true)
  private String server = "";

  @Option(names = "--callers")
  private int callers = 1;

  @Option(names = "--warm-up-seconds")
  private double warmUpSeconds = 2;

  @Option(names = "--seconds")
  private double seconds = 5;

  private final Histogram latencies = new ConcurrentHistogram(3);
  private final AtomicLong queueNanos = new AtomicLong();
  private final AtomicLong runNanos = new AtomicLong();
  private final AtomicLong encodeNanos = new AtomicLong();

  /** Runs the measurement. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ClosedLoop()).execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(server, InsecureChannelCredentials.create()).build();
    long begin = System.nanoTime() + (long) (warmUpSeconds * 1e9);
    long end = begin + (long) (seconds * 1e9);
    List<Thread> threads = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      long seed = (long) caller << 32;
      threads.add(new Thread(() -> ask(channel, seed, begin, end), "caller-" + caller));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    channel.shutdownNow();
    long images = latencies.getTotalCount();
    System.out.printf(
        Locale.ROOT,
        "{\"callers\":%d,\"images_per_second\":%.1f,\"p50\":%.1f,\"p99\":%.1f,\"queue\":%.1f,"
            + "\"run\":%.1f,\"encode\":%.1f}%n",
        callers,
        images / seconds,
        latencies.getValueAtPercentile(50) / 1e3,
        latencies.getValueAtPercentile(99) / 1e3,
        queueNanos.get() / 1e3 / images,
        runNanos.get() / 1e3 / images,
        encodeNanos.get() / 1e3 / images);
    return 0;
  }

  private void ask(ManagedChannel channel, long seed, long begin, long end) {
    RetortGrpc.RetortBlockingStub stub = RetortGrpc.newBlockingStub(channel);
    for (long i = seed; System.nanoTime() < end; i++) {
      GenerateRequest request =
          GenerateRequest.newBuilder()
              .addOrigins(Origin.newBuilder().setSeed(i).setLabel((int) (i % 10)))
              .setEncoding(Encoding.ENCODING_RAW)
              .build();
      long started = System.nanoTime();
      GenerateResponse response = stub.generate(request);
      long ended = System.nanoTime();
      if (started >= begin && ended <= end) {
        latencies.recordValue(ended - started);
        Timings timings = response.getImages(0).getTimings();
        queueNanos.addAndGet(nanos(timings.getQueue()));
        runNanos.addAndGet(nanos(timings.getRun()));
        encodeNanos.addAndGet(nanos(timings.getEncode()));
      }
    }
  }

  private static long nanos(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos()).toNanos();
  }
}

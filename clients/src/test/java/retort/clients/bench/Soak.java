package retort.clients.bench;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/**
 * Many frames, many connections, many streams that are given up, while the server process is
 * watched from outside: resident memory, threads and open files. Prints one line of JSON each.
 * Linux only.
 */
@Command(name = "soak")
public final class Soak implements Callable<Integer> {
  private static final int SAMPLES = 40;
  private static final int FRAMES_A_STREAM = 250;

  @Option(names = "--server", required = true)
  private String server = "";

  @Option(names = "--pid", required = true, description = "Process of the server.")
  private long pid;

  @Option(names = "--frames")
  private int frames = 10_000;

  @Option(names = "--connects")
  private int connects = 1_000;

  @Option(names = "--cancels", description = "Connections whose stream is given up at once.")
  private int cancels = 10_000;

  private long cancelled;

  /** The server process at a moment. */
  private record Look(int done, double residentMib, int threads, long files) {}

  /** Runs the measurement. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Soak()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    watch("frames", frames, FRAMES_A_STREAM, this::stream);
    watch("connects", connects, 1, count -> connect());
    watch("cancels", cancels, 1, count -> cancel());
    return 0;
  }

  /** Does some of the work. */
  private interface Work {
    void some(int count) throws InterruptedException;
  }

  private void watch(String what, int total, int step, Work work)
      throws IOException, InterruptedException {
    List<Look> looks = new ArrayList<>();
    int every = Math.max(step, total / SAMPLES);
    for (int done = 0; done < total; done += step) {
      if (done % every == 0) {
        looks.add(look(done));
      }
      work.some(step);
    }
    looks.add(look(total));
    List<Look> half = looks.subList(looks.size() / 2, looks.size());
    Look first = half.get(0);
    Look last = half.get(half.size() - 1);
    System.out.printf(
        Locale.ROOT,
        "{\"what\":\"%s\",\"count\":%d,\"mib_per_1000_over_second_half\":%.3f,"
            + "\"resident_mib\":[%.1f,%.1f],\"threads\":[%d,%d],\"files\":[%d,%d]}%n",
        what,
        total,
        slope(half) * 1000,
        first.residentMib,
        last.residentMib,
        first.threads,
        last.threads,
        first.files,
        last.files);
  }

  /** Of the least-squares line through resident memory, in MiB per unit of work. */
  private static double slope(List<Look> looks) {
    double x = looks.stream().mapToDouble(Look::done).average().orElse(0);
    double y = looks.stream().mapToDouble(Look::residentMib).average().orElse(0);
    double xy = looks.stream().mapToDouble(l -> (l.done - x) * (l.residentMib - y)).sum();
    double xx = looks.stream().mapToDouble(l -> (l.done - x) * (l.done - x)).sum();
    return xy / xx;
  }

  private Look look(int done) throws IOException {
    WatchedProcess watched = new WatchedProcess(pid);
    return new Look(done, watched.residentMib(), watched.threads(), watched.files());
  }

  private void stream(int count) throws InterruptedException {
    ManagedChannel channel = channel();
    Iterator<Frame> stream =
        RetortGrpc.newBlockingStub(channel).stream(
            StreamRequest.newBuilder()
                .setStart(Origin.newBuilder().setLabel(3))
                .setFps(240)
                .setFrameCount(count)
                .build());
    stream.forEachRemaining(frame -> {});
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
  }

  private void connect() throws InterruptedException {
    ManagedChannel channel = channel();
    var image =
        RetortGrpc.newBlockingStub(channel)
            .generate(
                GenerateRequest.newBuilder().addOrigins(Origin.newBuilder().setLabel(1)).build());
    if (image.getImagesCount() != 1) {
      throw new IllegalStateException("the server answered " + image.getImagesCount() + " images");
    }
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
  }

  /** Half of them before their first frame, half after it. */
  private void cancel() throws InterruptedException {
    CountDownLatch frame = new CountDownLatch(1);
    RawStream stream = RawStream.read(server, 20, cancelled, any -> frame.countDown());
    if (cancelled++ % 2 == 0 && !frame.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no frame came within 10 s");
    }
    stream.cancel();
  }

  private ManagedChannel channel() {
    return Grpc.newChannelBuilder(server, InsecureChannelCredentials.create()).build();
  }
}

package retort.clients.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.v1.Frame;

/**
 * One client that stops reading among others that read: by how much the server's resident memory
 * grows, and what the others notice. Rounds without and with the stalled client alternate. Prints
 * one line of JSON a round; times in milliseconds. Linux only.
 */
@Command(name = "stall")
public final class Stall implements Callable<Integer> {
  @Option(names = "--server", required = true)
  private String server = "";

  @Option(names = "--pid", required = true, description = "Process of the server.")
  private long pid;

  @Option(names = "--readers")
  private int readers = 15;

  @Option(names = "--seconds")
  private double seconds = 60;

  @Option(names = "--rounds")
  private int rounds = 3;

  @Option(names = "--fps")
  private double fps = 20;

  /** Runs the measurement. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Stall()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    round(false, Math.min(5, seconds));
    for (int round = 0; round < rounds; round++) {
      report("without", round(false, seconds));
      report("with", round(true, seconds));
    }
    return 0;
  }

  private record Outcome(Histogram interFrame, double grownMib, long dropped) {}

  private static void report(String what, Outcome outcome) {
    System.out.printf(
        Locale.ROOT,
        "{\"stalled_client\":\"%s\",\"frames\":%d,\"inter_frame_p50\":%.2f,\"inter_frame_p99\":%.2f,"
            + "\"readers_dropped\":%d,\"resident_grew_mib\":%.1f}%n",
        what,
        outcome.interFrame.getTotalCount(),
        outcome.interFrame.getValueAtPercentile(50) / 1e6,
        outcome.interFrame.getValueAtPercentile(99) / 1e6,
        outcome.dropped,
        outcome.grownMib);
  }

  private Outcome round(boolean stalled, double length) throws Exception {
    List<RawStream> streams = new ArrayList<>();
    List<Gaps> all = new ArrayList<>();
    Histogram histogram = new ConcurrentHistogram(3);
    for (int i = 0; i < readers; i++) {
      Gaps gaps = new Gaps(histogram);
      all.add(gaps);
      streams.add(RawStream.read(server, fps, i, gaps));
    }
    double before = new WatchedProcess(pid).residentMib();
    if (stalled) {
      streams.add(RawStream.unread(server, fps, readers));
    }
    double highest = before;
    long end = System.nanoTime() + (long) (length * 1e9);
    while (System.nanoTime() < end) {
      Thread.sleep(500);
      highest = Math.max(highest, new WatchedProcess(pid).residentMib());
    }
    long dropped = all.stream().mapToLong(gaps -> gaps.dropped).sum();
    streams.forEach(RawStream::cancel);
    return new Outcome(histogram, highest - before, dropped);
  }

  /** Notes the time between frames. */
  private static final class Gaps implements Consumer<Frame> {
    private final Histogram histogram;
    private long last;
    private volatile long dropped;

    Gaps(Histogram histogram) {
      this.histogram = histogram;
    }

    @Override
    public void accept(Frame frame) {
      long now = System.nanoTime();
      if (last != 0) {
        histogram.recordValue(now - last);
      }
      last = now;
      dropped = frame.getDropped();
    }
  }
}

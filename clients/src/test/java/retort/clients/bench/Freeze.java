package retort.clients.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.v1.Frame;

/**
 * The server process is stopped (SIGSTOP) under its streams and goes on (SIGCONT): how many frames
 * a stream gets within one period afterwards. Prints one line of JSON a round. POSIX only.
 */
@Command(name = "freeze")
public final class Freeze implements Callable<Integer> {
  private static final long SETTLE_MILLIS = 3_000;

  @Option(names = "--server", required = true)
  private String server = "";

  @Option(names = "--pid", required = true, description = "Process of the server.")
  private long pid;

  @Option(names = "--streams")
  private int streams = 16;

  @Option(names = "--fps")
  private double fps = 20;

  @Option(names = "--seconds", description = "How long the server stands still.")
  private double seconds = 2;

  @Option(names = "--rounds")
  private int rounds = 3;

  /** Runs the measurement. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Freeze()).execute(arguments));
  }

  /** When frames came, and what their stream had dropped by then. */
  private record Arrival(long nanos, long dropped) {
    static Arrival of(Frame frame) {
      return new Arrival(System.nanoTime(), frame.getDropped());
    }
  }

  @Override
  public Integer call() throws Exception {
    for (int round = 0; round < rounds; round++) {
      round();
    }
    return 0;
  }

  private void round() throws IOException, InterruptedException {
    List<Queue<Arrival>> all = new ArrayList<>();
    List<RawStream> open = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
      all.add(arrivals);
      open.add(RawStream.read(server, fps, i, frame -> arrivals.add(Arrival.of(frame))));
    }
    Thread.sleep(SETTLE_MILLIS);
    signal("STOP");
    Thread.sleep((long) (seconds * 1e3));
    long again = System.nanoTime();
    signal("CONT");
    Thread.sleep(SETTLE_MILLIS);
    open.forEach(RawStream::cancel);
    int most = 0;
    long afterwards = 0;
    long dropped = 0;
    for (Queue<Arrival> arrivals : all) {
      List<Arrival> later = arrivals.stream().filter(frame -> frame.nanos >= again).toList();
      most = Math.max(most, mostInAPeriod(later));
      afterwards += later.size();
      dropped += later.isEmpty() ? 0 : later.get(later.size() - 1).dropped;
    }
    System.out.printf(
        Locale.ROOT,
        "{\"streams\":%d,\"stopped_seconds\":%.1f,\"frames_afterwards\":%d,"
            + "\"by_rate\":%.0f,\"most_in_a_period\":%d,\"dropped\":%d}%n",
        streams,
        seconds,
        afterwards,
        streams * fps * SETTLE_MILLIS / 1e3,
        most,
        dropped);
  }

  private int mostInAPeriod(List<Arrival> arrivals) {
    long period = (long) (1e9 / fps);
    int most = 0;
    for (int first = 0, end = 0; first < arrivals.size(); first++) {
      while (end < arrivals.size()
          && arrivals.get(end).nanos - arrivals.get(first).nanos < period) {
        end++;
      }
      most = Math.max(most, end - first);
    }
    return most;
  }

  private void signal(String name) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (code != 0) {
      throw new IOException("process " + pid + " cannot be sent SIG" + name);
    }
  }
}

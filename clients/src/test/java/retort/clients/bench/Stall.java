package retort.clients.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

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
    List<ManagedChannel> channels = new ArrayList<>();
    List<Reader> all = new ArrayList<>();
    Histogram gaps = new ConcurrentHistogram(3);
    for (int i = 0; i < readers; i++) {
      all.add(open(channels, new Reader(gaps, true)));
    }
    double before = new WatchedProcess(pid).residentMib();
    if (stalled) {
      open(channels, new Reader(gaps, false));
    }
    double highest = before;
    long end = System.nanoTime() + (long) (length * 1e9);
    while (System.nanoTime() < end) {
      Thread.sleep(500);
      highest = Math.max(highest, new WatchedProcess(pid).residentMib());
    }
    long dropped = all.stream().mapToLong(reader -> reader.dropped).sum();
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    return new Outcome(gaps, highest - before, dropped);
  }

  private Reader open(List<ManagedChannel> channels, Reader reader) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(server, InsecureChannelCredentials.create()).build();
    channels.add(channel);
    ClientCall<StreamRequest, Frame> call =
        channel.newCall(RetortGrpc.getStreamMethod(), CallOptions.DEFAULT);
    reader.start(call);
    call.sendMessage(
        StreamRequest.newBuilder()
            .setStart(Origin.newBuilder().setSeed(channels.size()).setLabel(3))
            .setFps(fps)
            .setEncoding(Encoding.ENCODING_RAW)
            .build());
    call.halfClose();
    return reader;
  }

  /** Asks for the next frame when it has one, or never. */
  private static final class Reader extends ClientCall.Listener<Frame> {
    private final Histogram gaps;
    private final boolean reads;
    private ClientCall<StreamRequest, Frame> call;
    private long last;
    private volatile long dropped;

    @SuppressWarnings("NullAway.Init")
    Reader(Histogram gaps, boolean reads) {
      this.gaps = gaps;
      this.reads = reads;
    }

    void start(ClientCall<StreamRequest, Frame> started) {
      call = started;
      call.start(this, new Metadata());
      if (reads) {
        call.request(1);
      }
    }

    @Override
    public void onMessage(Frame frame) {
      long now = System.nanoTime();
      if (last != 0) {
        gaps.recordValue(now - last);
      }
      last = now;
      dropped = frame.getDropped();
      call.request(1);
    }
  }
}

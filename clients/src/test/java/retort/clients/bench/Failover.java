package retort.clients.bench;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.clients.FrameStream;
import retort.clients.RetortClient;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.LoggedUpdate;
import retort.v1.Origin;
import retort.v1.ReplayRequest;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;
import retort.v1.Walk;

/**
 * A steered stream of the client library over two servers, of which the first is killed in the
 * middle. Replays the stream at the second from its log of updates and compares every frame that
 * came, byte for byte. Prints one line of JSON; exit code 1 where a frame differs or came twice.
 */
@Command(name = "failover")
public final class Failover implements Callable<Integer> {
  private static final double FPS = 20;

  @Option(names = "--first", required = true)
  private String first = "";

  @Option(names = "--second", required = true)
  private String second = "";

  @Option(names = "--pid", required = true, description = "Process of the first server.")
  private long pid;

  @Option(names = "--frames")
  private int frames = 400;

  /** Updates by the frame that first showed each. */
  private final Map<StreamUpdate, CompletableFuture<Frame>> updates = new LinkedHashMap<>();

  private final Map<Long, Frame> came = new LinkedHashMap<>();
  private long twice;
  private long longestGapNanos;

  /** Runs the measurement. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Failover()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    StreamRequest request =
        StreamRequest.newBuilder()
            .setFps(FPS)
            .setFrameCount(frames)
            .setStart(Origin.newBuilder().setSeed(11).setLabel(3))
            .setWalk(Walk.newBuilder().setSpeed(2))
            .setEncoding(Encoding.ENCODING_RAW)
            .build();
    try (RetortClient client = RetortClient.connect(first + "," + second);
        FrameStream stream = client.stream(request)) {
      take(stream);
    }
    long different = compare(request);
    System.out.printf(
        Locale.ROOT,
        "{\"frames\":%d,\"missing\":%d,\"twice\":%d,\"different\":%d,\"updates\":%d,"
            + "\"longest_gap_ms\":%.1f}%n",
        came.size(),
        frames - came.size(),
        twice,
        different,
        updates.size(),
        longestGapNanos / 1e6);
    return different + twice == 0 ? 0 : 1;
  }

  private void take(FrameStream stream) throws InterruptedException {
    long last = System.nanoTime();
    int label = 0;
    for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
      long now = System.nanoTime();
      longestGapNanos = Math.max(longestGapNanos, came.isEmpty() ? 0 : now - last);
      last = now;
      Frame frame = next.get();
      twice += came.put(frame.getIndex(), frame) == null ? 0 : 1;
      if (came.size() % 20 == 10) {
        label = (label + 1) % 10;
        StreamUpdate update =
            StreamUpdate.newBuilder().setLabel(label).setTransitionFrames(5).build();
        updates.put(
            update.toBuilder().setUpdateId(updates.size() + 1).build(), stream.steer(update));
      }
      // Right after an update was sent, so that it is lost with the server.
      if (came.size() == frames / 2 / 20 * 20 + 10) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private long compare(StreamRequest request) throws InterruptedException {
    ReplayRequest.Builder replay = ReplayRequest.newBuilder().setStart(request).setCount(frames);
    updates.forEach(
        (update, shown) -> {
          if (!shown.isCompletedExceptionally()) {
            replay.addUpdates(
                LoggedUpdate.newBuilder().setIndex(shown.join().getIndex()).setUpdate(update));
          }
        });
    ManagedChannel channel =
        Grpc.newChannelBuilder(second, InsecureChannelCredentials.create()).build();
    Map<Long, Frame> left = new HashMap<>(came);
    long different = 0;
    Iterator<Frame> replayed = RetortGrpc.newBlockingStub(channel).replay(replay.build());
    while (replayed.hasNext()) {
      Frame frame = replayed.next();
      Frame before = left.remove(frame.getIndex());
      if (before != null
          && !(before.getImage().equals(frame.getImage())
              && before.getOrigin().equals(frame.getOrigin()))) {
        different++;
      }
    }
    channel.shutdownNow();
    return different + left.size();
  }
}

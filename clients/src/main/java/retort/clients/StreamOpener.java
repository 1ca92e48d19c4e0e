package retort.clients;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/**
 * Makes the connections of one stream. Each is there before the call is made, so that the stream's
 * clock does not wait for a handshake, and its window holds few frames. One is made at a time.
 */
final class StreamOpener {
  private final Channels channels;
  private final ClientOptions options;
  private final Executor threads;
  private final StreamRequest request;

  /**
   * @param threads to wait on
   * @param request what the stream shows
   */
  StreamOpener(Channels channels, ClientOptions options, Executor threads, StreamRequest request) {
    this.channels = channels;
    this.options = options;
    this.threads = threads;
    this.request = request;
  }

  /**
   * A call on a connection of its own that has not begun, or why there is none.
   *
   * @param replicas how many there are
   */
  record Opened(
      Replica replica,
      int replicas,
      @Nullable StreamCall call,
      @Nullable RetortException failure) {}

  /**
   * Connects on another thread, where it waits for the name service and for an answer.
   *
   * @param turn which replica: turns go round
   * @param last the stream's newest frame, which shows what its images are like by now
   * @param then told, on that thread
   * @throws java.util.concurrent.RejectedExecutionException when the client is closed
   */
  void open(int turn, @Nullable Frame last, Consumer<Opened> then) {
    threads.execute(() -> then.accept(open(turn, last)));
  }

  private Opened open(int turn, @Nullable Frame last) {
    List<Replica> replicas = channels.streamReplicas();
    int count = replicas.size();
    Replica replica = replicas.get(Math.floorMod(turn, count));
    Duration deadline = options.deadline();
    if (count > 1 && options.silence().compareTo(deadline) < 0) {
      deadline = options.silence();
    }
    ManagedChannel channel = null;
    try {
      FrameSize frames =
          last == null
              ? FrameSize.of(request, model(channels.unary(replica), deadline))
              : FrameSize.of(last.getImage(), request.getQuality());
      channel = channels.forStream(replica, frames);
      models(channel, deadline);
      return new Opened(replica, count, new StreamCall(replica, count, channel), null);
    } catch (RuntimeException e) {
      if (channel != null) {
        channels.release(channel);
      }
      return new Opened(replica, count, null, RetortException.ofOpening(replica.toString(), e));
    }
  }

  private static List<Model> models(ManagedChannel channel, Duration deadline) {
    return RetortGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList();
  }

  /** The one that is asked for; where that is not said, or unknown, the one with most pixels. */
  private Model model(ManagedChannel channel, Duration deadline) {
    List<Model> held = models(channel, deadline);
    return held.stream()
        .filter(one -> one.getName().equals(request.getModel()))
        .findFirst()
        .or(() -> held.stream().max(Comparator.comparingLong(FrameSize::pixels)))
        .orElse(Model.getDefaultInstance());
  }
}

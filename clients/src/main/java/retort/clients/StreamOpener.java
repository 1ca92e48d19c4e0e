package retort.clients;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/**
 * Makes the connections of one stream. Each is there before the call is made, so that the stream's
 * clock does not wait for a handshake, and its window holds few frames. One is made at a time.
 */
final class StreamOpener {
  /** Enough for 20 frames a second over 150 ms there and back. */
  static final int WINDOW_FRAMES = 3;

  /** A frame without its image: index, times, origin, digest and the usual resume token. */
  private static final int FRAME_OVERHEAD_BYTES = 256;

  private final Channels channels;
  private final ClientOptions options;
  private final Executor threads;
  private final StreamRequest request;
  private int windowBytes;

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
   * @param then told, on that thread
   * @throws java.util.concurrent.RejectedExecutionException when the client is closed
   */
  void open(int turn, Consumer<Opened> then) {
    threads.execute(() -> then.accept(open(turn)));
  }

  private Opened open(int turn) {
    List<Replica> replicas = channels.streamReplicas();
    int count = replicas.size();
    Replica replica = replicas.get(Math.floorMod(turn, count));
    Duration deadline = options.deadline();
    if (count > 1 && options.silence().compareTo(deadline) < 0) {
      deadline = options.silence();
    }
    ManagedChannel channel = null;
    try {
      if (windowBytes == 0) {
        windowBytes = windowBytes(models(channels.unary(replica), deadline));
      }
      channel = channels.forStream(replica, windowBytes);
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

  private int windowBytes(List<Model> models) {
    long imageBytes = 0;
    for (Model model : models) {
      long width = Math.max(model.getWidth(), request.getWidth());
      long height = Math.max(model.getHeight(), request.getHeight());
      imageBytes = Math.max(imageBytes, width * height * model.getChannels());
    }
    long bytes = WINDOW_FRAMES * (FRAME_OVERHEAD_BYTES + imageBytes);
    return (int) Math.min(bytes, Channels.MAX_MESSAGE_BYTES);
  }
}

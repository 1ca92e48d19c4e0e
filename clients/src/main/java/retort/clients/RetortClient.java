package retort.clients;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.RetortGrpc.RetortBlockingStub;
import retort.v1.StreamRequest;

/**
 * A client of one server, or of several that hold the same models: images by request, frames as
 * they come.
 *
 * <p>Safe to share between threads. Closing it ends its requests and streams. Every call throws
 * {@link RetortException} when the servers refuse, fail or are not there.
 *
 * <p><b>Several servers.</b> Addresses stand with commas between them, and a name with several DNS
 * records stands for as many servers. They are asked in that order, the one that answered last
 * first. A call that finds no server, or one that cannot serve it now, goes to the next at once;
 * after a round, pauses follow, longer each time, as long as {@link ClientOptions#patience} says.
 * Every call may be repeated, since the same origin gives the same image.
 *
 * <p><b>How streams last.</b> A stream whose connection breaks, or on which a frame is overdue,
 * goes on at the next server after the last frame that was given: no frame comes twice, and each is
 * byte for byte what an undisturbed stream has at its index. Its due times count anew, and updates
 * that no frame has shown are sent again. A pause holds, save that one frame may come before it.
 *
 * <p><b>How streams stay fresh.</b> Bytes that a slow client has not read wait in the flow-control
 * window of its connection, and gRPC's usual window holds seconds of small frames. So a stream gets
 * a connection of its own, whose window holds a few frames of the size and encoding asked for. It
 * stays so when an update changes them, until the stream has another connection. On a channel that
 * was given, the window is as it is.
 */
public final class RetortClient implements AutoCloseable {
  private final Channels channels;
  private final ClientOptions options;
  private final Backoff backoff;
  private final ClientThreads threads = ClientThreads.start();
  private final Set<LastingStream> streams = ConcurrentHashMap.newKeySet();

  /** Which replica answered last. */
  private final AtomicInteger preferred = new AtomicInteger();

  /**
   * A client over channels.
   *
   * @param channels closed with this
   */
  RetortClient(Channels channels, ClientOptions options, RandomGenerator random) {
    this.channels = channels;
    this.options = options;
    this.backoff = new Backoff(random);
  }

  /**
   * A client without transport security. The connection is made by the first call.
   *
   * @param addresses {@code HOST:PORT[,HOST:PORT]...}
   * @throws IllegalArgumentException when the addresses are something else
   */
  public static RetortClient connect(String addresses) {
    return connect(addresses, ClientOptions.DEFAULT);
  }

  /** A client without transport security that waits and tries as long as the options say. */
  public static RetortClient connect(String addresses, ClientOptions options) {
    return connect(addresses, InsecureChannelCredentials.create(), options);
  }

  /** A client with the security that the credentials say, such as TLS. */
  public static RetortClient connect(
      String addresses, ChannelCredentials credentials, ClientOptions options) {
    return new RetortClient(
        new OwnedChannels(Replicas.parse(addresses), credentials), options, new Random());
  }

  /** A client over a channel that stays the caller's: closing the client leaves it open. */
  public static RetortClient over(ManagedChannel channel) {
    return over(channel, ClientOptions.DEFAULT);
  }

  /** A client over a channel that stays the caller's. */
  public static RetortClient over(ManagedChannel channel, ClientOptions options) {
    return new RetortClient(Channels.given(channel), options, new Random());
  }

  /** What the server holds, ordered by name. */
  public List<Model> models() {
    return answer(
        options.deadline(),
        stub -> stub.listModels(ListModelsRequest.getDefaultInstance()).getModelsList());
  }

  /** Images for a request's origins, within this client's deadline. */
  public GenerateResponse generate(GenerateRequest request) {
    return generate(request, options.deadline());
  }

  /** Images for a request's origins; the deadline reaches the server's queue. */
  public GenerateResponse generate(GenerateRequest request, Duration deadline) {
    return answer(deadline, stub -> stub.generate(request));
  }

  /** One PNG image for each seed, of one label, from the server's only model. */
  public List<GeneratedImage> images(int label, long... seeds) {
    GenerateRequest.Builder request = GenerateRequest.newBuilder();
    for (long seed : seeds) {
      request.addOrigins(Origin.newBuilder().setSeed(seed).setLabel(label));
    }
    return generate(request.build()).getImagesList();
  }

  /** Frames to be taken one by one. A server that refuses is told by the first that is taken. */
  public FrameStream stream(StreamRequest request) {
    return new FrameStream(listener -> lasting(request, listener));
  }

  /** Frames passed to a listener, which is told of failures too. */
  public StreamHandle stream(StreamRequest request, FrameListener listener) {
    return new ListenedStream(listener, inner -> lasting(request, inner));
  }

  /** Frames for a subscriber as it requests them. The stream begins when it subscribes. */
  public FramePublisher publish(StreamRequest request) {
    return new FramePublisher(listener -> lasting(request, listener));
  }

  /**
   * Goes on with a stream after one of its frames, at any server with the same model.
   *
   * @param token {@link Frame#getResumeToken} of the last frame seen
   */
  public FrameStream resume(ByteString token) {
    return stream(StreamRequest.newBuilder().setResumeToken(token).build());
  }

  private LastingStream lasting(StreamRequest request, FrameListener listener) {
    return new LastingStream(
        new StreamOpener(channels, options, threads.workers(), request),
        channels,
        options,
        backoff,
        threads,
        request,
        listener,
        streams);
  }

  private <T> T answer(Duration deadline, Function<RetortBlockingStub, T> call) {
    List<Replica> replicas = channels.replicas();
    Outage outage = new Outage(backoff, options.patience());
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      int turn = preferred.get();
      Replica replica = replicas.get(Math.floorMod(turn, replicas.size()));
      try {
        return call.apply(
            RetortGrpc.newBlockingStub(channels.unary(replica))
                .withDeadlineAfter(end - System.nanoTime(), TimeUnit.NANOSECONDS));
      } catch (StatusRuntimeException e) {
        RetortException failure = RetortException.ofCall(replica.toString(), e);
        long now = System.nanoTime();
        OptionalLong wait = outage.failed(replica, failure, replicas.size(), false, now);
        if (channels.closed()) {
          throw RetortException.ofClosed(channels.address());
        }
        if (wait.isPresent() || failure.code() == Status.Code.DEADLINE_EXCEEDED) {
          // One that is silent is not asked first again.
          preferred.compareAndSet(turn, turn + 1);
        }
        if (wait.isEmpty() || now + wait.getAsLong() - end >= 0) {
          throw outage.failure();
        }
        rest(wait.getAsLong(), replica);
      }
    }
  }

  private static void rest(long nanos, Replica replica) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RetortException.ofCall(
          replica.toString(), Status.CANCELLED.withCause(e).asRuntimeException());
    }
  }

  @Override
  public void close() {
    channels.close();
    threads.close();
    streams.forEach(stream -> stream.fail(RetortException.ofClosed(channels.address())));
  }
}

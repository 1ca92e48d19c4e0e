package retort.clients;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/**
 * A client of one server: images by request, frames as they come.
 *
 * <p>Safe to share between threads. Closing it ends its requests and streams; on a channel that was
 * given, they are ended by who opened them. Every call throws {@link RetortException} when the
 * server refuses, fails or is not there.
 *
 * <p><b>How streams stay fresh.</b> Bytes that a slow client has not read wait in the flow-control
 * window of its connection, and gRPC's usual window holds seconds of small frames. So a stream gets
 * a connection of its own, whose window holds {@value #WINDOW_FRAMES} frames of the largest model.
 * On a channel that was given, the window is as it is.
 */
public final class RetortClient implements AutoCloseable {
  /** How long a call may take where nobody says. */
  public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);

  /** Enough for 20 frames a second over 150 ms there and back. */
  private static final int WINDOW_FRAMES = 3;

  /** A frame without its image: index, times, origin, digest and the usual resume token. */
  private static final int FRAME_OVERHEAD_BYTES = 256;

  private final Channels channels;
  private final Duration deadline;

  /**
   * @param channels closed with this
   * @param deadline of a call that is given none, and of each call that prepares a stream
   */
  RetortClient(Channels channels, Duration deadline) {
    this.channels = channels;
    this.deadline = deadline;
  }

  /**
   * A client without transport security. The connection is made by the first call.
   *
   * @param address {@code HOST:PORT}
   * @throws IllegalArgumentException when the address is something else
   */
  public static RetortClient connect(String address) {
    return connect(address, InsecureChannelCredentials.create());
  }

  /**
   * A client without transport security.
   *
   * @param address {@code HOST:PORT}
   * @param deadline for each answer where a call is given no other; a stream, once begun, has none
   * @throws IllegalArgumentException when the address is something else
   */
  public static RetortClient connect(String address, Duration deadline) {
    return connect(address, InsecureChannelCredentials.create(), deadline);
  }

  /** A client with the security that the credentials say, such as TLS. */
  public static RetortClient connect(String address, ChannelCredentials credentials) {
    return connect(address, credentials, DEFAULT_DEADLINE);
  }

  private static RetortClient connect(
      String address, ChannelCredentials credentials, Duration deadline) {
    return new RetortClient(new OwnedChannels(ServerAddress.parse(address), credentials), deadline);
  }

  /** A client over a channel that stays the caller's: closing the client leaves it open. */
  public static RetortClient over(ManagedChannel channel) {
    return new RetortClient(Channels.given(channel), DEFAULT_DEADLINE);
  }

  /** What the server holds, ordered by name. */
  public List<Model> models() {
    return models(channels.unary());
  }

  private List<Model> models(ManagedChannel channel) {
    return answer(
        () ->
            stub(channel, deadline)
                .listModels(ListModelsRequest.getDefaultInstance())
                .getModelsList());
  }

  /** Images for a request's origins, within this client's deadline. */
  public GenerateResponse generate(GenerateRequest request) {
    return generate(request, deadline);
  }

  /** Images for a request's origins; the deadline reaches the server's queue. */
  public GenerateResponse generate(GenerateRequest request, Duration deadline) {
    return answer(() -> stub(channels.unary(), deadline).generate(request));
  }

  /** One PNG image for each seed, of one label, from the server's only model. */
  public List<GeneratedImage> images(int label, long... seeds) {
    GenerateRequest.Builder request = GenerateRequest.newBuilder();
    for (long seed : seeds) {
      request.addOrigins(Origin.newBuilder().setSeed(seed).setLabel(label));
    }
    return generate(request.build()).getImagesList();
  }

  /** Frames to be taken one by one. The stream has begun when this returns. */
  public FrameStream stream(StreamRequest request) {
    ManagedChannel channel = channelForStream();
    return new FrameStream(
        channels.address(),
        observer -> RetortGrpc.newStub(channel).stream(request, observer),
        () -> channels.release(channel));
  }

  /** Frames passed to a listener. The stream has begun when this returns. */
  public StreamHandle stream(StreamRequest request, FrameListener listener) {
    ManagedChannel channel = channelForStream();
    ListenedStream stream =
        new ListenedStream(channels.address(), listener, () -> channels.release(channel));
    try {
      RetortGrpc.newStub(channel).stream(request, stream);
      return stream;
    } catch (RuntimeException e) {
      channels.release(channel);
      throw e;
    }
  }

  /**
   * Goes on with a stream after one of its frames, at this server or another with the same model.
   *
   * @param token {@link Frame#getResumeToken} of the last frame seen
   */
  public FrameStream resume(ByteString token) {
    return stream(StreamRequest.newBuilder().setResumeToken(token).build());
  }

  /** Connected already, so that the stream's clock does not wait for a handshake. */
  private ManagedChannel channelForStream() {
    long frameBytes =
        FRAME_OVERHEAD_BYTES
            + models().stream()
                .mapToLong(
                    model -> (long) model.getWidth() * model.getHeight() * model.getChannels())
                .max()
                .orElse(0);
    ManagedChannel channel =
        channels.forStream((int) Math.min(WINDOW_FRAMES * frameBytes, Channels.MAX_MESSAGE_BYTES));
    try {
      models(channel);
      return channel;
    } catch (RetortException e) {
      channels.release(channel);
      throw e;
    }
  }

  private static RetortGrpc.RetortBlockingStub stub(ManagedChannel channel, Duration deadline) {
    return RetortGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
  }

  private <T> T answer(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw RetortException.ofCall(channels.address(), e);
    }
  }

  @Override
  public void close() {
    channels.close();
  }
}

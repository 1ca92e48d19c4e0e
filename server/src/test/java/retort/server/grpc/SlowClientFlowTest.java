package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/** Over a real connection: what a client that does not read costs the server. */
class SlowClientFlowTest {
  private static final int FRAMES = 120;
  private static final long FAST_SEED = 1_000;
  private static final long SLOW_SEED = 1_000_000;

  /** Reads a frame only when the test asks for one. */
  private static final class Reader extends ClientCall.Listener<Frame> {
    final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();

    @Override
    public void onMessage(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }
  }

  private static StreamRequest request(long seed) {
    return StreamRequest.newBuilder()
        .setStart(Origin.newBuilder().setSeed(seed))
        .setFps(240)
        .setFrameCount(FRAMES)
        .setEncoding(Encoding.ENCODING_RAW)
        .build();
  }

  @Test
  void framesOfAClientThatStopsReadingAreNotMade() throws Exception {
    checkWhatIsMade();
  }

  /** As most interceptors do: it wraps the call and forwards what it does not change. */
  private static final class Wrapping implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return next.startCall(new SimpleForwardingServerCall<>(call) {}, headers);
    }
  }

  @Test
  void interceptorThatForwardsReadinessChangesNothing() throws Exception {
    checkWhatIsMade(new Wrapping());
  }

  private static void checkWhatIsMade(ServerInterceptor... interceptors) throws Exception {
    RecordingGenerator generator = RecordingGenerator.open(new ImageShape(3, 512, 512));
    try (Served served = Served.overTheLoopback(generator, 8, interceptors)) {
      Reader reader = new Reader();
      ClientCall<StreamRequest, Frame> call =
          served.channel.newCall(RetortGrpc.getStreamMethod(), CallOptions.DEFAULT);
      call.start(reader, new Metadata());
      call.sendMessage(request(SLOW_SEED));
      call.halfClose();
      call.request(1);
      assertThat(reader.frames.poll(10, TimeUnit.SECONDS)).isNotNull();

      // As long as the slow stream, and begun later: at its end the slow one's clock has ended too.
      ManagedChannel fast = served.anotherConnection();
      RetortGrpc.newBlockingStub(fast).stream(request(FAST_SEED)).forEachRemaining(frame -> {});
      fast.shutdownNow();
      call.request(FRAMES);
      Status end = reader.end.get(10, TimeUnit.SECONDS);
      long made = generator.seeds().stream().filter(seed -> seed >= SLOW_SEED).count();

      assertThat(end.isOk()).isTrue();
      assertThat(made).isEqualTo(1 + reader.frames.size()).isLessThan(FRAMES / 4);
    }
  }
}

package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.server.TinyGenerator;
import retort.server.generator.Device;
import retort.server.generator.OnnxGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;
import retort.v1.Image;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/** Images lie in memory that is overwritten as soon as {@code onNext} has returned. */
class LentMemoryTest {
  @TempDir private Path folder;

  private static final int BYTES = 1 << 20;
  private static final int FRAMES = 8;

  /** Sends numbers, each from the memory of the one before. */
  private static final class OneBuffer extends RetortGrpc.RetortImplBase {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);

    private Image image(int number) {
      for (int i = 0; i < BYTES; i++) {
        memory.put(i, (byte) number);
      }
      return Image.newBuilder()
          .setData(UnsafeByteOperations.unsafeWrap(memory.asReadOnlyBuffer()))
          .build();
    }

    @Override
    public void generate(GenerateRequest request, StreamObserver<GenerateResponse> answer) {
      answer.onNext(
          GenerateResponse.newBuilder()
              .addImages(GeneratedImage.newBuilder().setImage(image(7)))
              .build());
      image(0);
      answer.onCompleted();
    }

    @Override
    public void stream(StreamRequest request, StreamObserver<Frame> frames) {
      for (int i = 0; i < FRAMES; i++) {
        frames.onNext(Frame.newBuilder().setIndex(i).setImage(image(i)).build());
      }
      image(0);
      frames.onCompleted();
    }
  }

  private static void isUnharmed(ManagedChannel channel) {
    RetortGrpc.RetortBlockingStub ask = RetortGrpc.newBlockingStub(channel);
    assertThat(
            ask.generate(GenerateRequest.getDefaultInstance())
                .getImages(0)
                .getImage()
                .getData()
                .toByteArray())
        .containsOnly(7);
    Iterator<Frame> frames = ask.stream(StreamRequest.getDefaultInstance());
    for (int i = 0; i < FRAMES; i++) {
      assertThat(frames.next().getImage().getData().toByteArray()).containsOnly(i);
    }
    channel.shutdownNow();
  }

  @Test
  void nettyHasWrittenAMessageWhenItReturns() throws Exception {
    InetAddress host = InetAddress.getLoopbackAddress();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, 0))
            .directExecutor()
            .addService(new OneBuffer())
            .build()
            .start();

    isUnharmed(
        NettyChannelBuilder.forAddress(host.getHostAddress(), server.getPort())
            .usePlaintext()
            .build());
    server.shutdownNow();
  }

  @Test
  void rawFramesOfManyStreamsAreTheirOwn() {
    OnnxGenerator generator =
        OnnxGenerator.open(TinyGenerator.USUAL.write(folder.resolve("tiny.onnx")), Device.CPU, 1);
    try (Served served = Served.overTheLoopback(generator, 8)) {
      List<Iterator<Frame>> streams = new ArrayList<>();
      for (int seed = 0; seed < FRAMES; seed++) {
        streams.add(
            served.ask().stream(
                StreamRequest.newBuilder()
                    .setFps(200)
                    .setFrameCount(FRAMES)
                    .setStart(Origin.newBuilder().setSeed(seed).setLabel(1))
                    .setEncoding(Encoding.ENCODING_RAW)
                    .build()));
      }

      for (Iterator<Frame> frames : streams) {
        frames.forEachRemaining(
            frame ->
                assertThat(frame.getImage().getData().toByteArray())
                    .isEqualTo(TinyGenerator.USUAL.pixels(frame.getOrigin().getSeed(), 1)));
      }
    }
  }

  @Test
  void otherTransportsGetMemoryOfTheirOwn() throws Exception {
    String name = InProcessServerBuilder.generateName();
    BindableService service = new OneBuffer();
    Server server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(ServerInterceptors.intercept(service, new SerializedCalls()))
            .build()
            .start();

    isUnharmed(InProcessChannelBuilder.forName(name).build());
    server.shutdownNow();
  }

  /** A call that says what it was asked. */
  private static final class NeverReady extends ServerCall<StreamRequest, Frame> {
    int threshold;

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(Frame message) {}

    @Override
    public void close(Status status, Metadata trailers) {}

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    public void setOnReadyThreshold(int bytes) {
      threshold = bytes;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<StreamRequest, Frame> getMethodDescriptor() {
      return RetortGrpc.getStreamMethod();
    }
  }

  @Test
  void whetherTheClientKeepsUpIsStillTold() {
    NeverReady call = new NeverReady();
    List<ServerCall<StreamRequest, Frame>> seen = new ArrayList<>();

    new SerializedCalls()
        .interceptCall(
            call,
            new Metadata(),
            (wrapped, headers) -> {
              seen.add(wrapped);
              return new ServerCall.Listener<StreamRequest>() {};
            });
    seen.get(0).setOnReadyThreshold(1);

    assertThat(seen.get(0).isReady()).isFalse();
    assertThat(call.threshold).isEqualTo(1);
  }
}

package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;

/** What clients may hold of the server at once. */
class AdmissionTest {
  /** Of {@link #LARGE}; the next one is more than 64 MiB. */
  private static final int ANSWERS = 16;

  private static final int IMAGES = 84;

  private static final ImageShape SHAPE = new ImageShape(3, 128, 128);

  private static final GenerateRequest LARGE =
      GenerateRequest.newBuilder()
          .setEncoding(Encoding.ENCODING_RAW)
          .addAllOrigins(Collections.nCopies(IMAGES, Origin.getDefaultInstance()))
          .build();

  private static final StreamRequest STREAM = StreamRequest.newBuilder().setFps(1).build();

  /** A call whose answer is not read. */
  private static final class Unread extends ClientCall.Listener<GenerateResponse> {
    final ClientCall<GenerateRequest, GenerateResponse> call;

    Unread(ManagedChannel channel) {
      call = channel.newCall(RetortGrpc.getGenerateMethod(), CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.sendMessage(LARGE);
      call.halfClose();
    }
  }

  @Test
  void answersThatNobodyReadsAreBounded() throws Exception {
    RecordingGenerator generator = RecordingGenerator.open(SHAPE);
    try (Served served = Served.overTheLoopback(generator, 4096)) {
      ManagedChannel other = served.anotherConnection();
      List<Unread> unread = new ArrayList<>();
      for (int i = 0; i < ANSWERS; i++) {
        unread.add(new Unread(other));
      }
      for (int i = 0; i < ANSWERS * IMAGES; i++) {
        generator.nextRun();
      }

      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> served.ask().generate(LARGE),
          "64 MiB of images that are not yet read");

      unread.get(0).call.cancel("read enough", null);
      for (int i = 0; i < ANSWERS; i++) {
        assertThat(admitted(() -> served.ask().generate(LARGE)).getImagesCount()).isEqualTo(IMAGES);
      }
      other.shutdownNow();
    }
  }

  @Test
  void streamsAreBounded() {
    try (Served served = Served.one(RecordingGenerator.open(SHAPE), 8, 1)) {
      Context.CancellableContext first = Context.current().withCancellation();
      first.run(() -> assertThat(served.ask().stream(STREAM).next().getIndex()).isZero());

      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> served.ask().stream(STREAM).next(),
          "1 streams open, which is its limit");

      first.close();
      Frame frame =
          admitted(
              () -> {
                Iterator<Frame> frames =
                    served.ask().stream(STREAM.toBuilder().setFrameCount(1).build());
                return frames.next();
              });
      assertThat(frame.getIndex()).isZero();
    }
  }

  @Test
  void streamThatTheMachineCannotKeepIsRefusedWithWhatIsLeft() throws Exception {
    // A core, of which nine tenths are promised: 90 frames a second.
    try (Served served = Served.one(RecordingGenerator.costing(10_000_000), 8)) {
      // It waits for a client that reads one frame: few runs show that images are quicker.
      StreamRequest eighty =
          STREAM.toBuilder().setFps(80).setSlowClient(SlowClient.SLOW_CLIENT_BLOCK).build();
      Context.CancellableContext first = Context.current().withCancellation();
      first.run(() -> assertThat(served.ask().stream(eighty).next().getIndex()).isZero());

      Throwable refused = catchThrowable(() -> served.ask().stream(eighty).next());
      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> {
            throw refused;
          },
          "fps is 80.0",
          "frames a second left for this model");
      RetryInfo retry =
          Objects.requireNonNull(StatusProto.fromThrowable(refused))
              .getDetails(0)
              .unpack(RetryInfo.class);
      assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);

      assertThat(served.ask().stream(STREAM).next().getIndex()).isZero();
      first.close();
      assertThat(admitted(() -> served.ask().stream(eighty).next()).getIndex()).isZero();
    }
  }

  private interface Call<T> {
    T answer();
  }

  /** Asks until it is admitted: word that a call is over takes a moment to arrive. */
  private static <T> T admitted(Call<T> call) {
    for (int i = 0; i < 10_000; i++) {
      try {
        return call.answer();
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      }
    }
    throw new AssertionError("what was held was never given back");
  }
}

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
import retort.v1.RejectedUpdate;
import retort.v1.RetortGrpc;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

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

  /** Frames of which {@link #ANSWERS} fit into 64 MiB. */
  private static final StreamRequest LARGEST =
      STREAM.toBuilder()
          .setFps(0.01)
          .setEncoding(Encoding.ENCODING_RAW)
          .setWidth(1024)
          .setHeight(1344)
          .build();

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

  private static List<Context.CancellableContext> largestFrames(Served served) {
    List<Context.CancellableContext> open = new ArrayList<>();
    for (int i = 0; i < ANSWERS; i++) {
      Context.CancellableContext context = Context.current().withCancellation();
      context.run(() -> assertThat(served.ask().stream(LARGEST).next().getIndex()).isZero());
      open.add(context);
    }
    return open;
  }

  @Test
  void framesLargerThanTheModelsAreBounded() throws Exception {
    try (Served served = Served.one(RecordingGenerator.open(SHAPE), 8)) {
      List<Context.CancellableContext> open = largestFrames(served);

      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> served.ask().stream(LARGEST).next(),
          "64 MiB of images that are not yet read");
      assertThat(served.ask().stream(STREAM).next().getIndex()).isZero();

      open.get(0).close();
      Frame frame = admitted(() -> served.ask().stream(LARGEST).next());
      assertThat(frame.getImage().getData().size()).isEqualTo(1024 * 1344 * 3);
      open.forEach(Context.CancellableContext::close);
    }
  }

  @Test
  void updateThatWouldMakeFramesTooLargeIsRejected() throws Exception {
    try (Served served = Served.one(RecordingGenerator.open(SHAPE), 8)) {
      List<Context.CancellableContext> open = largestFrames(served);
      Steered steered = new Steered(served).start(STREAM.toBuilder().setFps(100).build());

      steered.update(StreamUpdate.newBuilder().setUpdateId(1).setWidth(1024).setHeight(1344));
      steered.update(StreamUpdate.newBuilder().setUpdateId(2).setWidth(64).setHeight(64));

      List<RejectedUpdate> rejected = new ArrayList<>();
      Frame frame = steered.next();
      while (frame.getAppliedUpdate() < 2) {
        rejected.addAll(frame.getRejectedUpdatesList());
        frame = steered.next();
      }
      rejected.addAll(frame.getRejectedUpdatesList());
      assertThat(frame.getImage().getWidth()).isEqualTo(64);
      assertThat(rejected).extracting(RejectedUpdate::getUpdateId).containsExactly(1L);
      assertThat(rejected.get(0).getReason()).contains("64 MiB of images that are not yet read");
      steered.requests.onError(Status.CANCELLED.asException());
      open.forEach(Context.CancellableContext::close);
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

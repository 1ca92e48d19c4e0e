package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.ImageShape;
import retort.server.FakeGenerator;
import retort.server.generator.Generator;
import retort.server.schedule.RefusedException;
import retort.server.schedule.StreamState;
import retort.v1.GenerateRequest;
import retort.v1.LoggedUpdate;
import retort.v1.Origin;
import retort.v1.ReplayRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;
import retort.v1.Walk;

/** Mutates requests for images: what is taken can be begun, gone on with and made from. */
class RequestsFuzzTest {
  private static final int QUEUE = 64;

  private static final Generator GENERATOR =
      new FakeGenerator("ab".repeat(32), new ImageShape(3, 8, 8), List.of("a", "b", "c"));

  private interface Reader {
    void read(byte[] bytes) throws InvalidProtocolBufferException;
  }

  static Stream<byte[]> seeds() {
    Origin origin = Origin.newBuilder().setSeed(7).setLabel(2).build();
    StreamRequest stream =
        StreamRequest.newBuilder()
            .setStart(origin)
            .setFps(20)
            .setFrameCount(40)
            .setWalk(Walk.newBuilder().setSpeed(1).addLabels(1).addLabels(2))
            .build();
    StreamState state = StreamState.beginning(GENERATOR.digest(), Requests.plan(stream, GENERATOR));
    StreamUpdate update =
        StreamUpdate.newBuilder().setUpdateId(1).setFps(10).setTransitionFrames(8).build();
    return Stream.of(
            GenerateRequest.newBuilder()
                .addOrigins(origin.toBuilder().setBlend(0.5).setFromOrigin(origin).setArrival(0.5))
                .setWidth(4)
                .setHeight(4),
            stream.toBuilder(),
            update.toBuilder(),
            ReplayRequest.newBuilder()
                .setStart(stream)
                .addUpdates(LoggedUpdate.newBuilder().setIndex(3).setUpdate(update))
                .setFirstIndex(1)
                .setCount(9),
            SavedStreams.write(state).toBuilder())
        .map(request -> request.build().toByteArray());
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "30s")
  void everyRequestIsTakenOrRefused(byte[] bytes) {
    takenOrRefused(bytes, RequestsFuzzTest::generate);
    takenOrRefused(bytes, message -> begin(StreamRequest.parseFrom(message)));
    takenOrRefused(
        bytes, message -> UpdateRequests.steering(StreamUpdate.parseFrom(message), GENERATOR));
    takenOrRefused(bytes, RequestsFuzzTest::replay);
    ByteString token = ResumeTokens.sealed(ByteString.copyFrom(bytes));
    takenOrRefused(
        bytes, message -> begin(StreamRequest.newBuilder().setResumeToken(token).build()));
  }

  private static void takenOrRefused(byte[] bytes, Reader reader) {
    try {
      reader.read(bytes);
    } catch (RefusedException e) {
      assertThat(e.reason()).isEqualTo(RefusedException.Reason.INVALID);
      assertThat(e.getMessage()).isNotEmpty();
    } catch (InvalidProtocolBufferException e) {
      // Refused by gRPC.
    }
  }

  private static void generate(byte[] bytes) throws InvalidProtocolBufferException {
    GenerateRequest request = GenerateRequest.parseFrom(bytes);
    Requests.origins(request, GENERATOR, Requests.format(request, GENERATOR), QUEUE);
  }

  private static StreamState begin(StreamRequest request) {
    StreamState state =
        request.getResumeToken().isEmpty()
            ? StreamState.beginning(GENERATOR.digest(), Requests.plan(request, GENERATOR))
            : ResumeTokens.read(request, GENERATOR);
    state.origin(state.next());
    assertThat(ResumeTokens.write(state).size()).isLessThanOrEqualTo(1024);
    return state;
  }

  private static void replay(byte[] bytes) throws InvalidProtocolBufferException {
    ReplayRequest request = ReplayRequest.parseFrom(bytes);
    StreamState beginning = begin(request.getStart());
    UpdateRequests.requireRange(request, beginning);
    UpdateRequests.log(request, beginning, GENERATOR);
  }
}

package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.inference.InferParameter;
import retort.inference.ModelInferRequest;
import retort.inference.ModelStreamInferResponse;
import retort.server.RecordingGenerator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.schedule.Acknowledgement;
import retort.server.schedule.Rendered;
import retort.server.schedule.StreamFrame;
import retort.server.schedule.StreamPlan;
import retort.server.schedule.StreamState;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;

class ModelStreamInferTest {
  private static final ByteString PIXELS = ByteString.fromHex("00112233");

  private final Asked asked =
      new Asked(
          new FakeModels()
              .with("one", new TensorSpec("x", ElementType.INT64, List.of(1L)))
              .with("maker", RecordingGenerator.open(new ImageShape(1, 2, 2))));
  private final Collected<ModelInferRequest, ModelStreamInferResponse> answers = new Collected<>();

  @AfterEach
  void close() {
    asked.close();
  }

  private static ModelInferRequest one(long value) {
    return Asked.request("one", "x", "INT64", Asked.integer(value), 1L)
        .setId(Long.toString(value))
        .build();
  }

  private static ModelInferRequest.Builder frames(long count) {
    return Asked.request("maker-frames", "seed", "INT64", Asked.integer(7), 1L)
        .addInputs(Asked.input("frames", "INT64", 1L))
        .addRawInputContents(Asked.integer(count))
        .setId("f");
  }

  private static StreamFrame frame(long index) {
    ImageFormat format = ImageFormat.of(Encoding.RAW);
    StreamPlan plan = new StreamPlan(7, Origin.NO_LABEL, List.of(), 20, 20, 0, format, false);
    return new StreamFrame(
        index,
        index * 50_000_000,
        plan.origin((double) index),
        new Rendered(PIXELS, 1, 2, 3),
        new ImageShape(1, 2, 2),
        new StreamState("ab", plan, StreamState.Base.START, null, index + 1, 1),
        Acknowledgement.NONE);
  }

  private List<String> ids() {
    return answers.messages.stream().map(m -> m.getInferResponse().getId()).toList();
  }

  @Test
  void singleAnswersKeepTheOrderOfTheirRequests() {
    asked.atOnce = false;
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    List.of(0L, 1L, 2L).forEach(value -> call.onNext(one(value)));

    asked.make(1);
    asked.make(2);
    assertThat(ids()).isEmpty();
    asked.make(0);

    assertThat(ids()).containsExactly("0", "1", "2");
    assertThat(answers.messages)
        .allMatch(
            m -> m.getInferResponse().getParametersOrThrow("triton_final_response").getBoolParam());
    call.onCompleted();
    assertThat(answers.end).isEqualTo(Status.OK);
  }

  @Test
  void failedRequestIsAnsweredByItsMessageAndTheCallGoesOn() {
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);

    call.onNext(one(1).toBuilder().setModelName("none").build());
    call.onNext(one(2));
    call.onCompleted();

    assertThat(ids()).containsExactly("1", "2");
    assertThat(answers.messages.get(0).getErrorMessage())
        .isEqualTo("Request for unknown model: 'none' is not found");
    assertThat(answers.messages.get(1).getErrorMessage()).isEmpty();
    assertThat(answers.end).isEqualTo(Status.OK);
  }

  @Test
  void headerHasTheFirstFailureEndTheCall() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    asked.atOnce = false;
    StreamObserver<ModelInferRequest> call =
        asked
            .stub()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .modelStreamInfer(answers);
    call.onNext(one(1));
    call.onNext(one(2).toBuilder().setModelName("none").build());
    call.onNext(one(3));

    asked.make(0);

    assertThat(ids()).containsExactly("1");
    assertThat(Objects.requireNonNull(answers.end).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(asked.models.held).hasValue(0);
  }

  @Test
  void framesCarryImageIndexDueTimeAndDrops() {
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    call.onNext(frames(2).build());
    Asked.Started stream = asked.streams.get(0);

    stream.sink.send(frame(3));
    stream.sink.end();
    call.onCompleted();

    assertThat(stream.wanted).isEqualTo(new Frames.Wanted(7, Origin.NO_LABEL, 20, 20, 2));
    ModelStreamInferResponse answer = answers.messages.get(0);
    assertThat(answer.getInferResponse().getRawOutputContentsList())
        .containsExactly(PIXELS, Asked.integer(3), Asked.integer(150_000_000), Asked.integer(1));
    assertThat(answer.getInferResponse().getOutputs(0).getShapeList()).containsExactly(2L, 2L, 1L);
    assertThat(ids()).containsExactly("f");
    assertThat(answers.end).isEqualTo(Status.OK);
    assertThat(stream.closed).isTrue();
    assertThat(asked.models.held).hasValue(0);
  }

  @Test
  void theEndOfFramesIsToldWhereItIsAskedFor() {
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    InferParameter yes = InferParameter.newBuilder().setBoolParam(true).build();
    call.onNext(frames(1).putParameters("triton_enable_empty_final_response", yes).build());

    asked.streams.get(0).sink.send(frame(0));
    asked.streams.get(0).sink.end();

    assertThat(
            answers.messages.stream()
                .map(
                    m ->
                        m.getInferResponse()
                            .getParametersOrThrow("triton_final_response")
                            .getBoolParam()))
        .containsExactly(false, true);
    assertThat(answers.messages.get(1).getInferResponse().getOutputsCount()).isZero();
  }

  @Test
  void framesWithoutAnEndEndWhenTheClientSendsNoMore() {
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    call.onNext(frames(0).build());
    call.onNext(frames(5).build());

    call.onCompleted();

    assertThat(asked.streams.get(0).closed).isTrue();
    assertThat(asked.streams.get(1).closed).isFalse();
    assertThat(answers.end).isNull();
    asked.streams.get(1).sink.end();
    assertThat(answers.end).isEqualTo(Status.OK);
  }

  @Test
  void failureOfFramesIsToldAlsoToAClientThatSendsNoMore() {
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    call.onNext(frames(5).build());
    call.onCompleted();

    asked.streams.get(0).sink.fail(Refusals.unavailable("the server is draining"));

    assertThat(answers.messages)
        .extracting(ModelStreamInferResponse::getErrorMessage)
        .containsExactly("the server is draining");
    assertThat(ids()).containsExactly("f");
    assertThat(answers.end).isEqualTo(Status.OK);
  }

  @Test
  void impossibleFramesAreRefused() {
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    ByteString nan = ByteString.fromHex("000000000000f87f");

    call.onNext(frames(-1).build());
    call.onNext(
        frames(0).addInputs(Asked.input("fps", "FP64", 1L)).addRawInputContents(nan).build());
    call.onNext(
        frames(0)
            .addInputs(Asked.input("label", "INT64", 1L))
            .addRawInputContents(Asked.integer(1L << 40))
            .build());

    assertThat(answers.messages.stream().map(ModelStreamInferResponse::getErrorMessage))
        .satisfiesExactly(
            text -> assertThat(text).contains("input 'frames' is -1"),
            text -> assertThat(text).contains("input 'fps' is NaN"),
            text -> assertThat(text).contains("input 'label' is 1099511627776"));
    assertThat(asked.streams).isEmpty();
    assertThat(asked.models.held).hasValue(0);
  }

  @Test
  void decoupledModelsGiveNoSingleAnswer() {
    Asked.fails(
        Status.Code.UNIMPLEMENTED,
        "ModelInfer RPC doesn't support models with decoupled transaction policy",
        () -> asked.ask().modelInfer(frames(1).build()));
  }

  @Test
  void whoDoesNotReadIsReadNoFurtherAndGetsNoFrames() {
    Unread client = new Unread();
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(client);
    call.onNext(frames(0).build());

    client.read(1);
    Asked.Started stream = asked.streams.get(0);
    assertThat(stream.sink.ready()).isTrue();
    stream.sink.send(frame(0));
    for (long value = 0; value < 5; value++) {
      call.onNext(one(value));
    }

    assertThat(stream.sink.ready()).isFalse();
    assertThat(client.received).isEqualTo(1);
    client.read(100);
    assertThat(client.received).isEqualTo(6);
  }

  @Test
  void cancelledCallLetsGoOfEverything() throws InterruptedException {
    asked.atOnce = false;
    ClientCallStreamObserver<ModelInferRequest> call =
        (ClientCallStreamObserver<ModelInferRequest>) asked.stub().modelStreamInfer(answers);
    call.onNext(frames(0).build());
    call.onNext(one(1));

    call.cancel("enough", null);

    assertThat(asked.streams.get(0).closed).isTrue();
    assertThat(asked.waiting.remove().client().gone()).isTrue();
    assertThat(asked.models.held).hasValue(0);
    assertThat(asked.service.awaitNone(java.time.Duration.ZERO)).isTrue();
  }

  @Test
  void drainingAnswersWhatWasAcceptedAndThenEndsTheCall() {
    asked.atOnce = false;
    StreamObserver<ModelInferRequest> call = asked.stub().modelStreamInfer(answers);
    call.onNext(one(1));

    asked.service.drain();
    assertThat(answers.end).isNull();
    asked.make(0);

    assertThat(ids()).containsExactly("1");
    assertThat(Objects.requireNonNull(answers.end).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  /** A client that reads when it is told to. */
  private static final class Unread
      implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    private @Nullable ClientCallStreamObserver<ModelInferRequest> call;
    private int received;

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> started) {
      call = started;
      started.disableAutoRequestWithInitial(0);
    }

    void read(int messages) {
      Objects.requireNonNull(call).request(messages);
    }

    @Override
    public void onNext(ModelStreamInferResponse message) {
      received++;
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}

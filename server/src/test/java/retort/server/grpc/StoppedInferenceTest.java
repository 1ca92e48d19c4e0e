package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.InferParameter;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;
import retort.server.HeldNetwork;

/**
 * What ends a run of the Open Inference Protocol. The only thread of the server is free again after
 * that: the next request is answered.
 */
class StoppedInferenceTest {
  private final HeldNetwork network = new HeldNetwork();
  private final Served served = Served.one(network, 8);

  @AfterEach
  void close() {
    served.close();
  }

  private static ModelInferRequest.Builder request(int x) {
    return ModelInferRequest.newBuilder()
        .setModelName("fake")
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("UINT8")
                .addShape(1))
        .addRawInputContents(ByteString.copyFrom(new byte[] {(byte) x}));
  }

  private static ModelInferRequest endless(long timeoutMicros) {
    InferParameter timeout = InferParameter.newBuilder().setInt64Param(timeoutMicros).build();
    return request(1).putParameters("timeout", timeout).build();
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub ask() {
    return GRPCInferenceServiceGrpc.newBlockingStub(served.channel);
  }

  private void nextIsAnswered() {
    ModelInferResponse answer =
        ask().withDeadlineAfter(10, TimeUnit.SECONDS).modelInfer(request(2).build());
    assertThat(answer.getRawOutputContents(0).byteAt(0)).isEqualTo((byte) 2);
  }

  @Test
  void deadlineOfTheCallEndsTheRun() {
    Served.fails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> ask().withDeadlineAfter(200, TimeUnit.MILLISECONDS).modelInfer(request(1).build()));

    nextIsAnswered();
  }

  @Test
  void timeoutOfTheRequestEndsTheRunWhereItIsNearer() {
    Served.fails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> ask().withDeadlineAfter(10, TimeUnit.SECONDS).modelInfer(endless(200_000)),
        "Request timeout expired");

    nextIsAnswered();
  }

  @Test
  void deadlineOfTheCallEndsTheRunWhereItIsNearer() {
    Served.fails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> ask().withDeadlineAfter(200, TimeUnit.MILLISECONDS).modelInfer(endless(10_000_000)));

    nextIsAnswered();
  }

  @Test
  void cancelledCallEndsTheRun() throws InterruptedException {
    ListenableFuture<ModelInferResponse> call =
        GRPCInferenceServiceGrpc.newFutureStub(served.channel).modelInfer(request(1).build());
    network.awaitRun();

    call.cancel(true);

    network.awaitStop();
    nextIsAnswered();
  }

  @Test
  void requestThatWaitsPastItsTimeoutIsNeverRun() throws InterruptedException {
    ListenableFuture<ModelInferResponse> first =
        GRPCInferenceServiceGrpc.newFutureStub(served.channel).modelInfer(request(1).build());
    network.awaitRun();

    Served.fails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> ask().modelInfer(endless(1_000)),
        "Request timeout expired");
    first.cancel(true);

    nextIsAnswered();
    assertThat(network.runs()).isZero();
  }

  @Test
  void cancelledStreamEndsTheRunOfItsRequest() throws InterruptedException {
    CompletableFuture<ClientCallStreamObserver<ModelInferRequest>> opened =
        new CompletableFuture<>();
    ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> ignoring =
        new ClientResponseObserver<>() {
          @Override
          public void beforeStart(ClientCallStreamObserver<ModelInferRequest> call) {
            opened.complete(call);
          }

          @Override
          public void onNext(ModelStreamInferResponse answer) {}

          @Override
          public void onError(Throwable failure) {}

          @Override
          public void onCompleted() {}
        };
    GRPCInferenceServiceGrpc.newStub(served.channel)
        .modelStreamInfer(ignoring)
        .onNext(request(1).build());
    network.awaitRun();

    opened.join().cancel("enough", null);

    network.awaitStop();
    nextIsAnswered();
  }
}

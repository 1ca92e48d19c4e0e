package retort.server.oip;

import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import retort.inference.CudaSharedMemoryRegisterRequest;
import retort.inference.CudaSharedMemoryRegisterResponse;
import retort.inference.CudaSharedMemoryStatusRequest;
import retort.inference.CudaSharedMemoryStatusResponse;
import retort.inference.CudaSharedMemoryUnregisterRequest;
import retort.inference.CudaSharedMemoryUnregisterResponse;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.LogSettingsRequest;
import retort.inference.LogSettingsResponse;
import retort.inference.ServerLiveRequest;
import retort.inference.ServerLiveResponse;
import retort.inference.SystemSharedMemoryRegisterRequest;
import retort.inference.SystemSharedMemoryRegisterResponse;
import retort.inference.SystemSharedMemoryStatusRequest;
import retort.inference.SystemSharedMemoryStatusResponse;
import retort.inference.SystemSharedMemoryUnregisterRequest;
import retort.inference.SystemSharedMemoryUnregisterResponse;

/** The methods whose answers depend on no model and do not change. */
abstract class SettledMethods extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  /** Answers a call by what is computed at once. */
  static <A> void answer(StreamObserver<A> observer, Supplier<A> answer) {
    A made;
    try {
      made = answer.get();
    } catch (RuntimeException e) {
      observer.onError(Refusals.of(e));
      return;
    }
    observer.onNext(made);
    observer.onCompleted();
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    answer(observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void systemSharedMemoryStatus(
      SystemSharedMemoryStatusRequest request,
      StreamObserver<SystemSharedMemoryStatusResponse> observer) {
    answer(observer, SystemSharedMemoryStatusResponse::getDefaultInstance);
  }

  @Override
  public void systemSharedMemoryRegister(
      SystemSharedMemoryRegisterRequest request,
      StreamObserver<SystemSharedMemoryRegisterResponse> observer) {
    observer.onError(noSharedMemory());
  }

  @Override
  public void systemSharedMemoryUnregister(
      SystemSharedMemoryUnregisterRequest request,
      StreamObserver<SystemSharedMemoryUnregisterResponse> observer) {
    answer(observer, SystemSharedMemoryUnregisterResponse::getDefaultInstance);
  }

  @Override
  public void cudaSharedMemoryStatus(
      CudaSharedMemoryStatusRequest request,
      StreamObserver<CudaSharedMemoryStatusResponse> observer) {
    answer(observer, CudaSharedMemoryStatusResponse::getDefaultInstance);
  }

  @Override
  public void cudaSharedMemoryRegister(
      CudaSharedMemoryRegisterRequest request,
      StreamObserver<CudaSharedMemoryRegisterResponse> observer) {
    observer.onError(noSharedMemory());
  }

  @Override
  public void cudaSharedMemoryUnregister(
      CudaSharedMemoryUnregisterRequest request,
      StreamObserver<CudaSharedMemoryUnregisterResponse> observer) {
    answer(observer, CudaSharedMemoryUnregisterResponse::getDefaultInstance);
  }

  private static RuntimeException noSharedMemory() {
    return Refusals.unsupported("this server shares no memory with clients; send the tensors");
  }

  @Override
  public void logSettings(
      LogSettingsRequest request, StreamObserver<LogSettingsResponse> observer) {
    answer(observer, () -> Settings.log(request));
  }
}

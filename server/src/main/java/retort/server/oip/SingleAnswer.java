package retort.server.oip;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;
import retort.inference.ModelInferResponse;
import retort.server.oip.ByteBudget.Part;

/** One call of {@code ModelInfer}. */
final class SingleAnswer implements Inference.Client {
  private final ServerCallStreamObserver<ModelInferResponse> call;

  // Guarded by this.
  private Inference.@Nullable Run run;
  private @Nullable Part held;
  private boolean closed;

  /** A call that begins, on the thread of gRPC that received it. */
  SingleAnswer(ServerCallStreamObserver<ModelInferResponse> call) {
    this.call = call;
    call.setOnCancelHandler(this::closed);
    call.setOnCloseHandler(this::closed);
  }

  /** Remembers what to cancel. */
  void waitFor(Inference.Run begun) {
    synchronized (this) {
      run = begun;
      if (!closed) {
        return;
      }
    }
    begun.cancel();
  }

  @Override
  public void answered(ModelInferResponse.Builder answer, Part part) {
    synchronized (this) {
      held = part;
    }
    call.onNext(answer.build());
    call.onCompleted();
    giveBackIfClosed();
  }

  @Override
  public void failed(StatusRuntimeException reason) {
    call.onError(reason);
  }

  /** gRPC has let go of the call: its answer was read, or its client is gone. */
  private void closed() {
    Inference.Run begun;
    synchronized (this) {
      closed = true;
      begun = run;
    }
    if (begun != null) {
      begun.cancel();
    }
    giveBackIfClosed();
  }

  private void giveBackIfClosed() {
    synchronized (this) {
      if (closed && held != null) {
        held.clear();
      }
    }
  }
}

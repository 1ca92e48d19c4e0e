package retort.server.oip;

import io.grpc.StatusRuntimeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;
import retort.server.oip.ByteBudget.Part;

/** The place of one single answer among those of a stream, empty until it is there. */
final class AnswerSlot implements Inference.Client {
  /**
   * What came of a request.
   *
   * @param message to be sent
   * @param failure why it failed; null where it did not
   * @param held what the message takes of the server's memory; null for nothing
   */
  record Answer(
      ModelStreamInferResponse message,
      @Nullable StatusRuntimeException failure,
      @Nullable Part held) {}

  private final String id;
  private final Runnable filled;

  // Guarded by this.
  private @Nullable Answer answer;
  private Inference.@Nullable Run run;
  private boolean cancelled;

  /**
   * An empty place.
   *
   * @param id of the request
   * @param filled run when it is empty no more
   */
  AnswerSlot(String id, Runnable filled) {
    this.id = id;
    this.filled = filled;
  }

  static ModelStreamInferResponse message(ModelInferResponse.Builder answer) {
    return ModelStreamInferResponse.newBuilder().setInferResponse(answer).build();
  }

  static ModelStreamInferResponse error(String id, StatusRuntimeException reason) {
    return ModelStreamInferResponse.newBuilder()
        .setErrorMessage(String.valueOf(reason.getStatus().getDescription()))
        .setInferResponse(ModelInferResponse.newBuilder().setId(id))
        .build();
  }

  @Override
  public void answered(ModelInferResponse.Builder made, Part held) {
    made.putParameters(FrameAnswers.FINAL, FrameAnswers.bool(true));
    fill(new Answer(message(made), null, held));
  }

  @Override
  public void failed(StatusRuntimeException reason) {
    fill(new Answer(error(id, reason), reason, null));
  }

  private void fill(Answer made) {
    synchronized (this) {
      answer = made;
      if (cancelled) {
        clear();
        return;
      }
    }
    filled.run();
  }

  /** The answer; empty while it is not there. */
  synchronized Optional<Answer> answer() {
    return Optional.ofNullable(answer);
  }

  /** Remembers what to cancel. */
  void waitFor(Inference.Run begun) {
    synchronized (this) {
      run = begun;
      if (!cancelled) {
        return;
      }
    }
    begun.cancel();
  }

  /** Forgets the request: nobody will read its answer. */
  void cancel() {
    Inference.Run begun;
    synchronized (this) {
      cancelled = true;
      clear();
      begun = run;
    }
    if (begun != null) {
      begun.cancel();
    }
  }

  private void clear() {
    if (answer != null && answer.held != null) {
      answer.held.clear();
    }
  }
}

package retort.clients;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call that failed. The message is the server's own sentence where it sent one, or says why there
 * was no answer; {@link #code} tells what to do, as {@code retort.proto} lists.
 */
public final class RetortException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Status.Code code;

  private RetortException(Status.Code code, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What gRPC threw, for a call with one answer from the server at an address. */
  static RetortException ofCall(String address, Throwable failure) {
    return of(failure, new FailureSentence(address, "ask again when the server runs"));
  }

  /** What gRPC threw, for a stream from the server at an address. */
  static RetortException ofStream(String address, Throwable failure) {
    return of(
        failure,
        new FailureSentence(
            address, "when the server runs, resume from the last frame's token, or start again"));
  }

  /** What gRPC threw when a stream's connection was made: another replica may answer in time. */
  static RetortException ofOpening(String address, Throwable failure) {
    RetortException told = ofStream(address, failure);
    return told.code == Status.Code.DEADLINE_EXCEEDED
        ? new RetortException(Status.Code.UNAVAILABLE, told.getMessage(), failure)
        : told;
  }

  /** An update that the server did not take, for a reason. */
  static RetortException ofUpdate(String reason) {
    return new RetortException(Status.Code.INVALID_ARGUMENT, reason, null);
  }

  /** A call of a client that was closed, to the server at an address. */
  static RetortException ofClosed(String address) {
    return ofStream(
        address, Status.UNAVAILABLE.withDescription("Channel shutdown").asRuntimeException());
  }

  /** A stream that ended before a frame showed an update of it. */
  static RetortException ofEnd() {
    return new RetortException(
        Status.Code.CANCELLED,
        "the stream ended before a frame showed the update; start another stream with it",
        null);
  }

  /** The same failure in other words. */
  RetortException saying(String message) {
    return new RetortException(code, message, this);
  }

  /** What a listener threw, which ended its stream. */
  static RetortException ofListener(Throwable failure) {
    return new RetortException(
        Status.Code.CANCELLED, "the listener failed on a frame (" + failure + ")", failure);
  }

  private static RetortException of(Throwable failure, FailureSentence sentence) {
    Status status = told(Status.fromThrowable(failure));
    return new RetortException(status.getCode(), sentence.of(status), failure);
  }

  /** A server that is shut down at once cancels its calls, as if we had; that is a broken call. */
  private static Status told(Status status) {
    String said = status.getDescription();
    return status.getCode() == Status.Code.CANCELLED
            && status.getCause() == null
            && said != null
            && said.startsWith("RST_STREAM")
        ? Status.UNAVAILABLE.withDescription(said)
        : status;
  }

  /** The kind of failure. */
  public Status.Code code() {
    return code;
  }
}

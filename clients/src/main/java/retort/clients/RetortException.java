package retort.clients;

import io.grpc.Status;

/**
 * A call that failed. The message is the server's own sentence where it sent one, or says why there
 * was no answer; {@link #code} tells what to do, as {@code retort.proto} lists.
 */
public final class RetortException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Status.Code code;

  private RetortException(Status.Code code, String message, Throwable cause) {
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

  /** What a listener threw, which ended its stream. */
  static RetortException ofListener(RuntimeException failure) {
    return new RetortException(
        Status.Code.CANCELLED, "the listener failed on a frame (" + failure + ")", failure);
  }

  private static RetortException of(Throwable failure, FailureSentence sentence) {
    Status status = Status.fromThrowable(failure);
    return new RetortException(status.getCode(), sentence.of(status), failure);
  }

  /** The kind of failure. */
  public Status.Code code() {
    return code;
  }
}

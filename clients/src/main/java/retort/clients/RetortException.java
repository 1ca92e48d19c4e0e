package retort.clients;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

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

  /** What gRPC threw, for a call to the server at an address. */
  static RetortException of(String address, Throwable failure) {
    Status status = status(failure);
    return new RetortException(status.getCode(), sentence(address, status), failure);
  }

  private static Status status(Throwable failure) {
    if (failure instanceof StatusException checked) {
      return checked.getStatus();
    }
    return failure instanceof StatusRuntimeException unchecked
        ? unchecked.getStatus()
        : Status.fromThrowable(failure);
  }

  /** A status with a cause was made in this process: the server did not say it. */
  private static String sentence(String address, Status status) {
    String said = Objects.requireNonNullElse(status.getDescription(), "");
    Throwable cause = status.getCause();
    if (cause != null) {
      return "no Retort server answers at "
          + address
          + " ("
          + reason(cause)
          + "); start one with 'retort serve', or pass another address";
    }
    // gRPC's own wording, where it was this side that gave up.
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED && said.contains("deadline exceeded")) {
      return address + " did not answer in time; ask for less, or allow the call more time";
    }
    if (said.isEmpty()) {
      return address + " answered " + status.getCode() + " and gave no reason";
    }
    return said;
  }

  /** The last words of the innermost cause, such as "Connection refused". */
  private static String reason(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null
        ? root.getClass().getSimpleName()
        : message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  /** The kind of failure. */
  public Status.Code code() {
    return code;
  }
}

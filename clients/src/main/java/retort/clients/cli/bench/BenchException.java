package retort.clients.cli.bench;

import io.grpc.Status;
import java.util.Objects;

/** A measurement that cannot be made, told in a sentence. */
public final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    super(message);
  }

  private BenchException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What gRPC threw, for a call to the server at an address. */
  static BenchException ofCall(String server, Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String said = Objects.requireNonNullElse(status.getDescription(), "no reason given");
    return new BenchException(
        "the server at " + server + " answered " + status.getCode() + " (" + said + ")", failure);
  }
}

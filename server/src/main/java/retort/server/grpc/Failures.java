package retort.server.grpc;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.image.EncodingException;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;

/** The one table from what went wrong to what the client is told. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** A status travels in a header: of 8 KiB, and a character can take nine bytes there. */
  private static final int MAX_MESSAGE = 600;

  private Failures() {}

  /** The status of a failed call. What is not the client's doing is logged, and told in general. */
  static StatusRuntimeException status(RuntimeException failure) {
    if (failure instanceof RefusedException refused) {
      Status status =
          code(refused.reason())
              .withDescription(cut(String.valueOf(refused.getMessage()), MAX_MESSAGE));
      return refused
          .retryAfter()
          .map(delay -> withRetry(status, delay))
          .orElseGet(status::asRuntimeException);
    }
    if (failure instanceof EncodingException) {
      LOG.debug("a codec is missing", failure);
      return Status.UNIMPLEMENTED.withDescription(failure.getMessage()).asRuntimeException();
    }
    // One line for each: a network that always fails must not fill the disk with traces.
    LOG.error("a call failed: {}", failure.toString());
    LOG.debug("a call failed", failure);
    return Status.INTERNAL
        .withDescription("the server failed to make the image; its log says why")
        .withCause(failure)
        .asRuntimeException();
  }

  /** A status whose details say when to ask again ({@code google.rpc.RetryInfo}). */
  private static StatusRuntimeException withRetry(Status status, Duration delay) {
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(delay.getSeconds())
                    .setNanos(delay.getNano()))
            .build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage(String.valueOf(status.getDescription()))
            .addDetails(Any.pack(retry))
            .build());
  }

  /** A text as it is, or its beginning where it has more characters than {@code most}. */
  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "...";
  }

  private static Status code(Reason reason) {
    return switch (reason) {
      case INVALID -> Status.INVALID_ARGUMENT;
      case UNKNOWN_MODEL -> Status.NOT_FOUND;
      case BUSY -> Status.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      case UNSUPPORTED -> Status.UNIMPLEMENTED;
    };
  }

  static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID, message);
  }
}

package retort.server.oip;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.GeneratorException;
import retort.server.schedule.RefusedException;

/** The one table from what went wrong to the status that Triton's clients expect. */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** A status travels in a header: of 8 KiB, and a character can take nine bytes there. */
  private static final int MAX_MESSAGE = 600;

  private static final int MAX_NAME = 100;

  private Refusals() {}

  static StatusRuntimeException invalid(String message) {
    return status(Status.INVALID_ARGUMENT, message);
  }

  static StatusRuntimeException notFound(String message) {
    return status(Status.NOT_FOUND, message);
  }

  static StatusRuntimeException unavailable(String message) {
    return status(Status.UNAVAILABLE, message);
  }

  static StatusRuntimeException unsupported(String message) {
    return status(Status.UNIMPLEMENTED, message);
  }

  static StatusRuntimeException draining() {
    return unavailable("GRPC server is shutting down and has stopped accepting new requests.");
  }

  private static StatusRuntimeException status(Status status, String message) {
    return status
        .withDescription(
            message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "...")
        .asRuntimeException();
  }

  /** A name of a client's, short enough to be told back. */
  static String name(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
  }

  /** The status of a request that failed. What is not the client's doing is logged. */
  static StatusRuntimeException of(RuntimeException failure) {
    if (failure instanceof StatusRuntimeException told) {
      return told;
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof RefusedException refused) {
      return switch (refused.reason()) {
        case INVALID -> invalid(message);
        case UNKNOWN_MODEL -> notFound(message);
        case BUSY -> status(Status.RESOURCE_EXHAUSTED, message);
        case UNAVAILABLE -> unavailable(message);
        case UNSUPPORTED -> unsupported(message);
      };
    }
    // One line for each: a network that always fails must not fill the disk with traces.
    LOG.error("an inference failed: {}", failure.toString());
    LOG.debug("an inference failed", failure);
    // The runtime's own words: a network may fail for its inputs' values, which only they tell.
    return failure instanceof GeneratorException
        ? status(Status.INTERNAL, message)
        : status(Status.INTERNAL, "the server failed to run the model; its log says why");
  }
}

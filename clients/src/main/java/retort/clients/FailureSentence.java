package retort.clients;

import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says why a call has no answer. What the server said is passed on; what gRPC says of this side is
 * told in our words. A status with a cause was made in this process, since causes do not travel.
 *
 * @param address of the server
 * @param remedy what to do when the connection broke
 */
record FailureSentence(String address, String remedy) {
  /** How gRPC tells, without a cause, that a connection is gone. */
  private static final Pattern BROKEN =
      Pattern.compile(
          "(Network closed|Connection closed|Abrupt GOAWAY|Keepalive failed|RST_STREAM|a frame is"
              + " overdue).*");

  String of(Status status) {
    String said = Objects.requireNonNullElse(status.getDescription(), "");
    Throwable cause = status.getCause();
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> said.contains("deadline exceeded") ? late() : heard(status, said);
      case UNAVAILABLE -> unavailable(said, cause);
      case CANCELLED -> cause == null ? heard(status, said) : cancelled(cause);
      default -> cause == null ? heard(status, said) : failedHere(root(cause));
    };
  }

  private String late() {
    return address
        + " did not answer in time; ask for less, or allow more time, which is --timeout on the"
        + " command line";
  }

  private String unavailable(String said, @Nullable Throwable cause) {
    if (cause != null) {
      return unconnected(root(cause));
    }
    if (said.startsWith("Channel shutdown")) {
      return "the client of " + address + " was closed; open another";
    }
    return BROKEN.matcher(said).matches() ? broken(said) : heard(Status.UNAVAILABLE, said);
  }

  private String cancelled(Throwable cause) {
    return cause instanceof InterruptedException
        ? "the call to " + address + " was interrupted"
        : "the call to " + address + " was ended by a failure here (" + cause + ")";
  }

  private String failedHere(Throwable root) {
    return root instanceof Http2Exception
        ? "what listens at " + address + " is no Retort server; pass the address of one"
        : "the call to " + address + " failed here (" + root + ")";
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private String unconnected(Throwable root) {
    if (root instanceof Http2Exception) {
      return failedHere(root);
    }
    if (root instanceof ConnectException
        || root instanceof UnknownHostException
        || root instanceof NoRouteToHostException) {
      return "no Retort server answers at "
          + address
          + " ("
          + lastWords(root)
          + "); start one with 'retort serve', or pass another address";
    }
    return broken(lastWords(root));
  }

  private String broken(String why) {
    return "the connection to " + address + " broke (" + why + "); " + remedy;
  }

  /** Such as "Connection refused". */
  private static String lastWords(Throwable root) {
    String message = root.getMessage();
    return message == null
        ? root.getClass().getSimpleName()
        : message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  private String heard(Status status, String said) {
    return said.isEmpty()
        ? address + " answered " + status.getCode() + " and gave no reason"
        : said;
  }
}

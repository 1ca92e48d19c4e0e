package retort.server.schedule;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is not served; the message is a sentence for who asked. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What the asker can do. */
  public enum Reason {
    /** The request can never succeed: change it. */
    INVALID,

    /** No model of that name is held. */
    UNKNOWN_MODEL,

    /** Others are served: ask later, or for less. */
    BUSY,

    /** This server does not serve it now: ask another, or later. */
    UNAVAILABLE,

    /** This server never serves it. */
    UNSUPPORTED
  }

  private final Reason reason;
  private final @Nullable Duration retryAfter;

  public RefusedException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * A refusal that may be none later.
   *
   * @param retryAfter when to ask again
   */
  public RefusedException(Reason reason, String message, @Nullable Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  public Reason reason() {
    return reason;
  }

  /** When to ask again; empty where that is not known, or makes no difference. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

package retort.server.schedule;

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

  public RefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}

package retort.trainer.distill;

/** A run that cannot start, go on or be saved; the message says why and what to do. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RunException(String message) {
    super(message);
  }

  public RunException(String message, Throwable cause) {
    super(message, cause);
  }
}

package retort.statistics;

/** A NumPy file that cannot be read or written; the message names it. */
public final class NpyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With what was wrong, what was expected and what to do. */
  public NpyException(String message) {
    super(message);
  }

  /** With the cause kept. */
  public NpyException(String message, Throwable cause) {
    super(message, cause);
  }
}

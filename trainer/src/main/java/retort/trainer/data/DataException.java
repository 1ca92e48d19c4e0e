package retort.trainer.data;

/** Training images that cannot be read; the message names the file. */
public final class DataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With what was wrong, what was expected and what to do. */
  public DataException(String message) {
    super(message);
  }

  /** With the cause kept. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}

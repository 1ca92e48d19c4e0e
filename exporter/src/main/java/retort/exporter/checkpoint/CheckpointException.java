package retort.exporter.checkpoint;

/** A checkpoint that cannot be read; the message names file and place, and says what to do. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}

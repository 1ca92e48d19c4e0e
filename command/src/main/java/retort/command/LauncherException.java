package retort.command;

/** A command that could not be run, or failed, in a process of its own; the message says which. */
public final class LauncherException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Its message a sentence for the user. */
  public LauncherException(String message) {
    super(message);
  }

  /** With what it was about. */
  public LauncherException(String message, Throwable cause) {
    super(message, cause);
  }
}

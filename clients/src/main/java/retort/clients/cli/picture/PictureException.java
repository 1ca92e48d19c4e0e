package retort.clients.cli.picture;

/**
 * An image that cannot become a picture, or a file that cannot take one; a sentence for the user.
 */
public final class PictureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure of what was received or asked for. */
  public PictureException(String message) {
    super(message);
  }

  /** A failure of something below. */
  public PictureException(String message, Throwable cause) {
    super(message, cause);
  }
}

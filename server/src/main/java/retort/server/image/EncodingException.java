package retort.server.image;

/** This machine cannot encode images as asked; the message is a sentence for who asked. */
public final class EncodingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EncodingException(String message, Throwable cause) {
    super(message, cause);
  }
}

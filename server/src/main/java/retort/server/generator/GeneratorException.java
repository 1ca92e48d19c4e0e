package retort.server.generator;

/** A file that cannot be served, or a device that cannot be had; the message is a sentence. */
public final class GeneratorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public GeneratorException(String message) {
    super(message);
  }

  public GeneratorException(String message, Throwable cause) {
    super(message, cause);
  }
}

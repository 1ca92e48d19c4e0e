package retort.onnx;

/** A file that cannot be read or written as ONNX; the message names it, and says what to do. */
public final class OnnxException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public OnnxException(String message) {
    super(message);
  }

  public OnnxException(String message, Throwable cause) {
    super(message, cause);
  }
}

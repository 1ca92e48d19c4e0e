package retort.trainer.torchscript;

/** A TorchScript file that cannot be used; the message says why and what to do. */
public final class TorchScriptException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TorchScriptException(String message) {
    super(message);
  }

  public TorchScriptException(String message, Throwable cause) {
    super(message, cause);
  }
}

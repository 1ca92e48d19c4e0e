package retort.graph;

/** A graph that cannot be built, read, typed or run; the message says which node and why. */
public final class GraphException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public GraphException(String message) {
    super(message);
  }

  public GraphException(String message, Throwable cause) {
    super(message, cause);
  }
}

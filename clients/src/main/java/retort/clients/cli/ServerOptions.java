package retort.clients.cli;

import java.time.Duration;
import picocli.CommandLine.Option;
import retort.clients.ClientOptions;
import retort.clients.RetortClient;

/** Flags that say which server and which of its models. */
final class ServerOptions {
  private static final int MAX_TIMEOUT_SECONDS = 86_400;

  @Option(
      names = "--server",
      required = true,
      paramLabel = "HOST:PORT",
      description =
          "Where the server listens, such as 127.0.0.1:8001; several with commas, of which the next"
              + " is asked when one does not answer.")
  private String server = "";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Which of the server's models. Default: its only one.")
  private String model = "";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description =
          "How long the server may take for one answer; a stream, once begun, may take any time."
              + " Default: ${DEFAULT-VALUE}.")
  private double timeoutSeconds = 30;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "How long to go on trying when no server answers, or a stream breaks; 0: ask each server"
              + " once. Default: ${DEFAULT-VALUE}.")
  private double patienceSeconds = 0;

  /**
   * A client that is not connected yet.
   *
   * @throws IllegalArgumentException when a flag says what cannot be
   */
  RetortClient connect() {
    if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS)) {
      throw new IllegalArgumentException(
          "--timeout is "
              + timeoutSeconds
              + " but should be above 0 and at most "
              + MAX_TIMEOUT_SECONDS);
    }
    if (!(patienceSeconds >= 0 && patienceSeconds <= MAX_TIMEOUT_SECONDS)) {
      throw new IllegalArgumentException(
          "--patience is " + patienceSeconds + " but should be 0 to " + MAX_TIMEOUT_SECONDS);
    }
    return RetortClient.connect(
        server,
        ClientOptions.DEFAULT
            .withDeadline(duration(timeoutSeconds))
            .withPatience(duration(patienceSeconds)));
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  /** Asks the server, so the connection is made when this returns. */
  ServedModel model(RetortClient client) {
    return ServedModel.choose(client.models(), model, server);
  }
}

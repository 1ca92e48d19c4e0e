package retort.clients.cli;

import picocli.CommandLine.Option;
import retort.clients.RetortClient;

/** Flags that say which server and which of its models. */
final class ServerOptions {
  @Option(
      names = "--server",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Where the server listens, such as 127.0.0.1:8001.")
  private String server = "";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Which of the server's models. Default: its only one.")
  private String model = "";

  RetortClient connect() {
    return RetortClient.connect(server);
  }

  /** Asks the server, so the connection is made when this returns. */
  ServedModel model(RetortClient client) {
    return ServedModel.choose(client.models(), model, server);
  }
}

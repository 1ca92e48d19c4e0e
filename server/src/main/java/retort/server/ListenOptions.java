package retort.server;

import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;
import retort.server.grpc.RetortServer;

/** Flags that say where the server listens and what a connection may ask of it. */
final class ListenOptions {
  /** Of connections without traffic, so that one whose client is gone without a word is closed. */
  private static final int KEEP_ALIVE_SECONDS = 30;

  /** Clients that ask more often whether the connection lives are cut off. */
  private static final int LEAST_KEEP_ALIVE_SECONDS = 10;

  /** Calls that a connection may give up: opening and cancelling costs a client nothing. */
  private static final int MAX_RESETS = 200;

  private static final int RESETS_SECONDS = 30;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Address to listen on. 0.0.0.0 serves other machines too; there is no authentication yet."
              + " Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen on; 0 picks a free one. Default: ${DEFAULT-VALUE}.")
  private int port = 8001;

  @Option(
      names = "--calls-per-connection",
      paramLabel = "N",
      description =
          "Calls at once on one connection, streams included; more wait in the client."
              + " Default: ${DEFAULT-VALUE}.")
  private int callsPerConnection = 256;

  @Option(
      names = "--max-message",
      paramLabel = "MIB",
      description =
          "Largest request message of tensors, in MiB; larger ones are refused."
              + " Default: ${DEFAULT-VALUE}.")
  private int maxMessage = 16;

  /** Starts a server on a transport. */
  @FunctionalInterface
  interface Starter {
    RetortServer start(ServerBuilder<?> transport) throws IOException;
  }

  /** Refuses what cannot be. */
  void check() {
    Ranges.require("--port", port, 0, 65535);
    Ranges.require("--calls-per-connection", callsPerConnection, 1, Integer.MAX_VALUE);
    Ranges.require("--max-message", maxMessage, 1, RetortServer.MAX_TENSOR_BYTES >> 20);
  }

  String host() {
    return host;
  }

  /**
   * Starts a server there.
   *
   * @throws IllegalArgumentException when the address cannot be had
   */
  RetortServer start(Starter starter) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "--host is " + host + ", which is no address of this machine; pass one, or 0.0.0.0");
    }
    ServerBuilder<?> transport =
        NettyServerBuilder.forAddress(address)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(LEAST_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
            .maxConcurrentCallsPerConnection(callsPerConnection)
            .maxInboundMessageSize(maxMessage << 20);
    try {
      return starter.start(transport);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot listen on "
              + host
              + ":"
              + port
              + " ("
              + Objects.requireNonNullElse(e.getCause(), e).getMessage()
              + "); pass another --port, 0 for any free one, or another --host",
          e);
    }
  }
}

package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.StreamRequest;

class RetortExceptionTest {
  private static final ClientOptions ONCE = ClientOptions.DEFAULT.withPatience(Duration.ZERO);
  private static final String RESUME =
      "; when the server runs, resume from the last frame's token, or start again";

  private static String stream(Status status) {
    return String.valueOf(
        RetortException.ofStream("here:1", status.asRuntimeException()).getMessage());
  }

  private static Status unavailable(String said) {
    return Status.UNAVAILABLE.withDescription(said);
  }

  @Test
  void onlyAConnectionThatCouldNotBeMadeMeansThatNoServerAnswers() {
    Throwable refused =
        new IOException(new ConnectException("finishConnect(): Connection refused"));
    Throwable unknown = new IOException(new UnknownHostException("x: Name or service not known"));

    assertThat(stream(unavailable("io exception").withCause(refused)))
        .isEqualTo(
            "no Retort server answers at here:1 (Connection refused); start one with 'retort"
                + " serve', or pass another address");
    assertThat(stream(unavailable("Unable to resolve host x").withCause(unknown)))
        .startsWith("no Retort server answers at here:1 (Name or service not known)");
  }

  @Test
  void aConnectionThatBreaksSaysHowToGoOn() {
    Throwable reset = new IOException("recv(..) failed: Connection reset by peer");

    assertThat(stream(unavailable("Network closed for unknown reason")))
        .isEqualTo("the connection to here:1 broke (Network closed for unknown reason)" + RESUME);
    assertThat(stream(unavailable("io exception").withCause(reset)))
        .isEqualTo("the connection to here:1 broke (Connection reset by peer)" + RESUME);
  }

  @Test
  void aFailureOnThisSideIsNotTheServers() {
    assertThat(stream(Status.INTERNAL.withCause(new IllegalStateException("wrong bytes"))))
        .isEqualTo("the call to here:1 failed here (java.lang.IllegalStateException: wrong bytes)");
    assertThat(stream(Status.CANCELLED.withCause(new AssertionError("x"))))
        .isEqualTo("the call to here:1 was ended by a failure here (java.lang.AssertionError: x)");
  }

  @Test
  void whatListensWithoutBeingAServerIsNamed() throws Exception {
    try (ServerSocket web = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      new Thread(() -> answerInHttp(web)).start();
      String address = "127.0.0.1:" + web.getLocalPort();
      try (RetortClient client = RetortClient.connect(address, ONCE)) {
        RetortException failure = catchThrowableOfType(RetortException.class, client::models);

        assertThat(failure)
            .hasMessage(
                "what listens at " + address + " is no Retort server; pass the address of one");
      }
    }
  }

  private static void answerInHttp(ServerSocket web) {
    try {
      while (true) {
        try (Socket socket = web.accept();
            OutputStream out = socket.getOutputStream()) {
          out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          out.flush();
          socket.shutdownOutput();
          socket.getInputStream().readAllBytes();
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void anInterruptedCallSaysSo() throws IOException {
    try (FakeServer server = FakeServer.onPort().failingAt(0, Status.OK);
        RetortClient client = RetortClient.connect(server.address())) {
      Thread.currentThread().interrupt();

      RetortException failure =
          catchThrowableOfType(RetortException.class, () -> client.images(0, 1));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure).hasMessage("the call to " + server.address() + " was interrupted");
      assertThat(failure.code()).isEqualTo(Status.Code.CANCELLED);
    }
  }

  @Test
  void aListenerThatThrowsIsToldOfItsOwnException() throws IOException {
    RuntimeException own = new IllegalStateException("no room for frame 0");
    CompletableFuture<RetortException> told = new CompletableFuture<>();
    try (FakeServer server = FakeServer.onPort();
        RetortClient client = RetortClient.connect(server.address())) {
      client.stream(
          StreamRequest.newBuilder().setFps(20).build(),
          new FrameListener() {
            @Override
            public void onFrame(Frame frame) {
              throw own;
            }

            @Override
            public void onEnd() {
              told.completeExceptionally(new AssertionError("it did not end"));
            }

            @Override
            public void onError(RetortException failure) {
              told.complete(failure);
            }
          });

      assertThat(told.join())
          .hasMessage("the listener failed on a frame (" + own + ")")
          .hasCause(own);
    }
  }
}

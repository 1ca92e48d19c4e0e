package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.v1.GenerateRequest;
import retort.v1.GeneratedImage;
import retort.v1.Model;
import retort.v1.Origin;

class RetortClientTest {
  private static final ClientOptions ONCE = ClientOptions.DEFAULT.withPatience(Duration.ZERO);

  private final FakeServer server;
  private final ManagedChannel channel;

  RetortClientTest() throws IOException {
    server = FakeServer.inProcess("client-test");
    channel = InProcessChannelBuilder.forName("client-test").directExecutor().build();
  }

  @AfterEach
  void closeBoth() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void modelsAreWhatTheServerHolds() {
    try (RetortClient client = RetortClient.over(channel)) {
      assertThat(client.models()).extracting(Model::getName).containsExactly("digits");
    }
  }

  @Test
  void anImageForEachSeedComesInTheirOrder() {
    try (RetortClient client = RetortClient.over(channel)) {
      List<GeneratedImage> images = client.images(2, 7, 5);

      assertThat(images).hasSize(2);
      assertThat(images.get(0).getImage().getData().byteAt(0)).isEqualTo((byte) 47);
      assertThat(images.get(1).getImage().getData().byteAt(0)).isEqualTo((byte) 45);
    }
  }

  @Test
  void aChannelThatWasGivenStaysOpen() {
    try (RetortClient client = RetortClient.over(channel)) {
      assertThat(client.models()).isNotEmpty();
    }

    assertThat(channel.isShutdown()).isFalse();
  }

  @Test
  void theServersSentenceIsPassedOn() {
    server.failingAt(0, Status.INVALID_ARGUMENT.withDescription("origins has 300 but at most 256"));
    try (RetortClient client = RetortClient.over(channel)) {
      RetortException refusal =
          catchThrowableOfType(RetortException.class, () -> client.images(0, 1));

      assertThat(refusal.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(refusal).hasMessage("origins has 300 but at most 256");
    }
  }

  @Test
  void aServerThatDrainsSaysSoItself() {
    server.failingAt(0, Status.UNAVAILABLE.withDescription("the server is draining"));
    try (RetortClient client = RetortClient.over(channel, ONCE)) {
      RetortException refusal =
          catchThrowableOfType(RetortException.class, () -> client.images(0, 1));

      assertThat(refusal.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refusal).hasMessage("the server is draining");
    }
  }

  @Test
  void aCallThatTakesTooLongSaysWhatToDo() {
    server.failingAt(0, Status.OK);
    try (RetortClient client = RetortClient.over(channel)) {
      GenerateRequest request =
          GenerateRequest.newBuilder().addOrigins(Origin.getDefaultInstance()).build();

      RetortException refusal =
          catchThrowableOfType(
              RetortException.class, () -> client.generate(request, Duration.ofMillis(20)));

      assertThat(refusal.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(refusal).hasMessageContaining("did not answer in time; ask for less");
    }
  }

  @Test
  void anAddressWithoutAServerIsNamed() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (RetortClient client = RetortClient.connect("127.0.0.1:" + port, ONCE)) {
      RetortException refusal = catchThrowableOfType(RetortException.class, client::models);

      assertThat(refusal.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refusal.getMessage())
          .startsWith("no Retort server answers at 127.0.0.1:" + port + " (")
          .endsWith("start one with 'retort serve', or pass another address");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        ":8001",
        "localhost:",
        "localhost:http",
        "localhost:0",
        "localhost:65536",
        "http://localhost:80",
        "::1:8001",
        "a b:1",
        "localhost:-1"
      })
  void whatIsNoAddressIsRefused(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RetortClient.connect(address))
        .withMessageContaining("address");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:1", "127.0.0.1:65535", "[::1]:8001", "a-b.example:80"})
  void anAddressIsAHostAndAPort(String address) {
    assertThat(ServerAddress.parse(address)).hasToString(address);
  }
}

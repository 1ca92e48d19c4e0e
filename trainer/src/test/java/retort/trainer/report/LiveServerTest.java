package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveServerTest {
  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private RunFixture first;
  private LiveServer server;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("secret.txt"), "secret");
    first = RunFixture.finished(folder.resolve("a"), "sid", 1);
    RunFixture second = RunFixture.finished(folder.resolve("b"), "dmd", 1);
    server =
        LiveServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            List.of(first.folder(), second.folder()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.page().resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void severalRunsHaveAnIndex() throws Exception {
    HttpResponse<String> answer = get("/");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("<a href=\"1/\">a</a>", "<a href=\"2/\">b</a>", "data-poll=\"changes\"");
  }

  @Test
  void aSingleRunIsTheIndex() throws Exception {
    try (LiveServer single =
        LiveServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(first.folder()))) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(single.page()).build(), HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(302);
      assertThat(answer.headers().firstValue("Location")).contains("/1/");
    }
  }

  @Test
  void aPageIsToldOfChangesOnly() throws Exception {
    String version = get("/1/").headers().firstValue("ETag").orElseThrow();

    assertThat(get("/1/changes", "If-None-Match", version).statusCode()).isEqualTo(304);
    Path stats = first.folder().resolve("stats.jsonl");
    Files.writeString(
        stats, Files.readString(stats) + "{\"step\":30,\"images\":300,\"seconds\":15.0}\n");

    HttpResponse<String> changed = get("/1/changes", "If-None-Match", version);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.headers().firstValue("ETag")).isNotEqualTo(version);
    assertThat(JsonParser.parseString(changed.body()).getAsJsonObject().get("head").getAsString())
        .contains("<dd>300</dd>");
  }

  @Test
  void picturesComeFromTheFolder() throws Exception {
    assertThat(get("/1/").body()).contains("src=\"files/samples-000000000100.png\"");

    HttpResponse<String> picture = get("/1/files/samples-000000000100.png");
    assertThat(picture.statusCode()).isEqualTo(200);
    assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
    assertThat(get("/1/files/options.json").body()).contains("\"method\": \"sid\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/1/files/../../secret.txt",
        "/1/files/..%2f..%2fsecret.txt",
        "/1/files/..%2fsecret.txt",
        "/1/files/%2e%2e%2fsecret.txt",
        "/1/files/..%5csecret.txt",
        "/1/files/%00",
        "/1/files/.",
        "/1/files/..",
        "/1/files/",
        "/1/files/link.txt",
        "/1/files/inner",
        "/1/files/.hidden",
        "/1/files/nothing.txt",
        "/secret.txt",
        "/files/secret.txt",
        "/0/",
        "/3/",
        "/99999/",
      })
  void nothingBesideTheFilesOfARunIsReachable(String path) throws Exception {
    Files.createSymbolicLink(
        first.folder().resolve("link.txt"), folder.resolve("secret.txt").toAbsolutePath());
    Files.createDirectories(first.folder().resolve("inner"));
    Files.writeString(first.folder().resolve(".hidden"), "secret");

    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 404").doesNotContain("secret");
  }

  /** Sent as it is: a client would tidy the path. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  @Test
  void aNameThatLeadsHereFromElsewhereIsRefused() throws IOException {
    String answer = raw("GET / HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.2", "127.0.0.1", "localhost"})
  void theAddressThatIsPrintedIsAnswered(String host) throws Exception {
    assumeTrue(System.getProperty("os.name").startsWith("Linux"), "127.0.0.2 is up on Linux");
    try (LiveServer other =
        LiveServer.start(new InetSocketAddress(host, 0), List.of(first.folder()))) {
      URI page = other.page().resolve("/1/");

      assertThat(page.getHost()).isEqualTo(host);
      assertThat(
              client
                  .send(
                      HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding())
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void manyReadersThatReadNothingHoldUpNobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        slow.add(socket);
        socket.getOutputStream().write("GET /1/ HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      }

      assertThat(get("/1/").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.page().resolve(URI.create("/1/")))
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();

    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(405);
  }
}

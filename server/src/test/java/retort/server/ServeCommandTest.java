package retort.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong before a server is there: one sentence and exit code 2. */
class ServeCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private void refused(String words, String... arguments) {
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);

    assertThat(code).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("retort: ").contains(words).doesNotContain("\tat ");
  }

  @Test
  void folderThatIsNotThere() {
    refused("no such folder", "serve", folder.resolve("none").toString());
  }

  @Test
  void folderWithoutModels() {
    refused("holds no *.onnx", "serve", folder.toString());
  }

  @Test
  void folderWithNothingUsable() throws IOException {
    Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3});

    refused("none of its models can be served", "serve", folder.toString());
  }

  @Test
  void portThatIsTaken() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refused(
          "pass another --port",
          "serve",
          folder.toString(),
          "--port",
          Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void hostThatIsNoAddress() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));

    refused(
        "--host is no.such.host.invalid",
        "serve",
        folder.toString(),
        "--host",
        "no.such.host.invalid");
  }

  @Test
  void optionsOutOfRange() {
    refused("--port is 65536", "serve", folder.toString(), "--port", "65536");
    refused("--threads is 0", "serve", folder.toString(), "--threads", "0");
    refused("--max-batch is 0", "serve", folder.toString(), "--max-batch", "0");
    refused("--queue is 0", "serve", folder.toString(), "--queue", "0");
    refused("--max-streams is 0", "serve", folder.toString(), "--max-streams", "0");
    refused("--versions is 0", "serve", folder.toString(), "--versions", "0");
    refused("--poll is -1", "serve", folder.toString(), "--poll", "-1");
  }

  @Test
  void providersAreTriedInTheirOrderAndSayWhatTheyLack() {
    refused(
        "retort: " + folder + ": holds no *.onnx",
        "serve",
        folder.toString(),
        "--device",
        "1000",
        "--provider",
        "tensorrt,cuda,cpu");

    assertThat(err.toString().lines())
        .satisfiesExactly(
            one -> assertThat(one).contains("tensorrt device 1000").endsWith("trying cuda"),
            two -> assertThat(two).contains("cuda device 1000").endsWith("trying cpu"),
            three -> assertThat(three).contains("holds no *.onnx"));
  }

  @Test
  void providerThatIsUnknown() {
    refused("--provider", "serve", folder.toString(), "--provider", "tpu");
  }

  @Test
  void cudaWhereThereIsNone() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));

    refused("MAVEN_ARGS=-Pcuda", "serve", folder.toString(), "--provider", "cuda");
  }
}

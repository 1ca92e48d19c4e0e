package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.server.TinyGenerator;
import retort.server.generator.Device;
import retort.server.generator.OnnxFile;

/**
 * Clients of others, unmodified: the scripts of {@code bench/conformance}, by the Python of {@code
 * -Dretort.python}, or {@code python3}. Those whose packages it lacks are skipped.
 */
class ForeignClientsTest {
  private static final String PYTHON = System.getProperty("retort.python", "python3");
  private static final Path SCRIPTS = Path.of("..", "bench", "conformance");

  @TempDir private Path folder;

  /** Runs Python; what it printed, or empty where it cannot be started. */
  private record Run(int status, String printed) {
    static Run python(File folder, List<String> arguments) throws InterruptedException {
      List<String> command = new ArrayList<>(List.of(PYTHON, "-B"));
      command.addAll(arguments);
      try {
        Process process =
            new ProcessBuilder(command).directory(folder).redirectErrorStream(true).start();
        String printed =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);
        return new Run(ended ? process.exitValue() : -1, printed);
      } catch (IOException e) {
        return new Run(-1, e.toString());
      }
    }
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "tritonclient.grpc, triton_sync.py, ''",
    "tritonclient.grpc, triton_stream.py, frames",
    "tritonclient.grpc, triton_aio.py, frames",
    "kserve, kserve_client.py, ''"
  })
  void clientFindsWhatItExpects(String module, String script, String frames) throws Exception {
    assumeTrue(
        Run.python(folder.toFile(), List.of("-c", "import " + module)).status() == 0,
        PYTHON + " has no " + module + "; see bench/conformance/README.md");
    Path file = TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.overTheLoopback(new OnnxFile(file, Device.CPU, 1, 1).open(), 256)) {
      List<String> arguments =
          new ArrayList<>(List.of(script, "127.0.0.1:" + served.server.port(), "fake"));
      if (!frames.isEmpty()) {
        arguments.add(frames);
      }

      Run run = Run.python(SCRIPTS.toFile(), arguments);

      assertThat(run.printed()).contains("ok: ");
      assertThat(run.status()).isZero();
    }
  }
}

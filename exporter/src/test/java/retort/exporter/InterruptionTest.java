package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.exporter.checkpoint.PublishedForms;
import retort.network.SongUNet;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/** Commands that are told to end, wherever they are, say so and leave nothing behind. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class InterruptionTest {
  private static final int ROUNDS = 2;
  private static final Map<String, Integer> EXIT_CODES =
      Map.of("HUP", 129, "INT", 130, "TERM", 143);

  /**
   * From one run to the next another moment is hit, and the same ones when the test is repeated.
   */
  private static final Random RANDOM = new Random(7);

  @TempDir private static Path folder = Path.of("");
  @TempDir private static Path temporary = Path.of("");

  @BeforeAll
  static void writeNetworks() {
    PublishedForms.npz(folder.resolve("weights.npz"), TinyNetworks.edm("EDMPrecond"));
    OnnxWriter.write(
        OnnxModel.of(TinyNetworks.foreign(true, false), Map.of()), folder.resolve("foreign.onnx"));
    SongUNet network = SongUNet.ddpmpp(32, 3, 0, 0, 64, List.of(1, 2, 2), 4, 2, Set.of(16), 0);
    new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(1)), 0.5, List.of(), Map.of())
        .write(folder.resolve("teacher.onnx"));
  }

  private static void requireHeard(String signal) throws IOException, InterruptedException {
    int ended = new ProcessBuilder("sh", "-c", "kill -" + signal + " $$").start().waitFor();
    assumeTrue(ended != 0, "SIG" + signal + " is ignored here, as in the background of a script");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INT | import --from %weights.npz | retort.exporter.checkpoint.NumpyArchive | 1000",
        "TERM | import --from %weights.npz | ai.onnxruntime.OrtSession.run | 200",
        "TERM | import --from %foreign.onnx | ai.onnxruntime.OrtSession.createSession | 50",
        "HUP | export --model %teacher.onnx | retort.exporter.deploy.DistilledGenerator | 1000",
        "INT | export --model %teacher.onnx | ai.onnxruntime.OrtSession.run | 200",
        "TERM | export --model %teacher.onnx | retort.exporter.verify.OnnxGenerator | 200",
      })
  void anInterruptedCommandSaysSoAndLeavesNothing(
      String signal, String command, String place, int lines)
      throws IOException, InterruptedException {
    requireHeard(signal);
    Set<String> before = new Shell(folder).content();
    String line = command + " --out %out.onnx --threads 1" + flags(command);
    for (int round = 0; round < ROUNDS; round++) {
      ExporterProcess process = ExporterProcess.start(folder, temporary, line);
      process.await(place, RANDOM.nextInt(lines));

      process.signal(signal);

      assertThat(process.end()).as(process.errors()).isEqualTo(EXIT_CODES.get(signal));
      assertThat(process.errors()).endsWith("retort: stopped; nothing was written\n");
      assertThat(new Shell(folder).content()).isEqualTo(before);
      assertThat(new Shell(temporary).names()).noneMatch(name -> name.startsWith(".retort"));
    }
  }

  /** Such that an import takes minutes, and an export samples first. */
  private static String flags(String command) {
    if (command.startsWith("export")) {
      return " --sigma-init 2";
    }
    String sampling = " --images 1024 --steps 1000";
    return command.contains("onnx") ? sampling + " --predicts eps --schedule linear" : sampling;
  }
}

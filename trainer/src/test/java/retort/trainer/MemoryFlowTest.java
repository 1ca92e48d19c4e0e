package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs that memory does not suffice for, in processes of their own. */
class MemoryFlowTest {
  /** More than a JVM with its libraries reserves, and much less than the batch below needs. */
  private static final int ADDRESS_SPACE_MIB = 4000;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void images() throws IOException {
    TinyImages.in(folder.resolve("data"));
  }

  private List<String> teach(String... more) {
    List<String> arguments = new ArrayList<>(List.of("teach", "--data", path("data")));
    arguments.addAll(List.of("--channels", "64", "--channel-mult", "1", "--threads", "1"));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("--out", path("run")));
    return arguments;
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static void assertOneSentence(TrainerProcess process) throws Exception {
    assertThat(process.end()).as(process.output()).isEqualTo(2);
    assertThat(process.output())
        .containsPattern(
            "retort: memory did not suffice for a step with \\d+ images a call; what was saved is"
                + " whole, and the same command goes on with --micro-batch \\d+, or --segments \\d+")
        .doesNotContain("\tat ");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aStepThatTheEngineHasNoMemoryForEndsInOneSentence() throws Exception {
    Path log = folder.resolve("log");
    assertOneSentence(
        TrainerProcess.startWithin(
            ADDRESS_SPACE_MIB, log, teach("--batch", "16384", "--images", "16384")));

    // The folder can be used as the sentence says.
    TrainerProcess again =
        TrainerProcess.start(
            log, teach("--batch", "8", "--micro-batch", "4", "--segments", "3", "--images", "16"));

    assertThat(again.end()).as(again.output()).isZero();
    assertThat(folder.resolve("run/teacher.onnx")).exists();
    assertThat(Files.readString(folder.resolve("run/options.json")))
        .contains("\"segments\": \"3\"");
  }

  @Test
  void aStepThatTheHeapIsTooSmallForEndsInOneSentence() throws Exception {
    TrainerProcess process =
        TrainerProcess.start(
            folder.resolve("log"), teach("--batch", "4000000", "--images", "4000000"));

    assertOneSentence(process);
    assertThat(process.output())
        .containsPattern("INFO +memory: about \\d+ MiB \\(weights and averages \\d+,")
        .containsPattern(
            "WARN +the first step needs about \\d+ MiB more and \\d+ MiB are free; pass"
                + " --micro-batch \\d+");
  }
}

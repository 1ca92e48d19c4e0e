package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.TrainingLoop;

class EnvironmentTest {
  @TempDir private Path folder;

  private List<JsonObject> sessions() {
    return RunSession.read(folder.resolve("environment.json"), new ArrayList<>());
  }

  @Test
  void secretsAreNotShown() {
    assertThat(
            Environment.withoutSecrets(
                List.of(
                    "teach", "--api-token", "abc", "--password=abc", "--data", "a b", "--lr=1")))
        .isEqualTo("teach --api-token *** --password=*** --data 'a b' --lr=1");
    assertThat(Environment.withoutSecrets(List.of("--data", "http://me:abc@host/x")))
        .isEqualTo("--data 'http://***@host/x'");
  }

  @Test
  void theMachineIsDescribed() {
    assertThat(Environment.describe(List.of("teach")))
        .containsEntry("command", "retort teach")
        .containsEntry("processors", Runtime.getRuntime().availableProcessors())
        .containsKeys("retort", "java", "system", "processor", "memory", "heap");
  }

  @Test
  void everySessionIsKeptWithItsEnd() {
    try (RunFolder run = RunFolder.open(folder, Map.of(), Set.of())) {
      RunSession.begin(run, Map.of("command", "first")).during(() -> TrainingLoop.End.INTERRUPTED);
      RunSession.begin(run, Map.of("command", "second")).during(() -> TrainingLoop.End.DONE);
    }

    assertThat(sessions())
        .extracting(one -> Json.text(one.get("command")))
        .containsExactly("first", "second");
    assertThat(sessions())
        .extracting(one -> Json.text(one.get("end")))
        .containsExactly("interrupted", "finished");
    assertThat(folder.resolve("report.html")).content().contains("state finished");
  }

  @Test
  void aRunThatFailsSaysWhy() {
    try (RunFolder run = RunFolder.open(folder, Map.of(), Set.of())) {
      RunSession session = RunSession.begin(run, Map.of());

      assertThatThrownBy(
              () ->
                  session.during(
                      () -> {
                        throw new RunException("loss is NaN");
                      }))
          .hasMessage("loss is NaN");
    }

    assertThat(sessions().get(0).get("reason").getAsString()).isEqualTo("loss is NaN");
    assertThat(folder.resolve("report.html")).content().contains("state failed", "loss is NaN");
  }

  @Test
  void aPageThatCannotBeWrittenEndsNoRun() throws IOException {
    try (RunFolder run = RunFolder.open(folder, Map.of(), Set.of())) {
      Files.createDirectories(folder.resolve("report.html"));

      RunReport.write(run);
    }

    assertThat(folder.resolve("report.html")).isDirectory();
  }
}

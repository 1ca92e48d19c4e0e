package retort.trainer.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.trainer.distill.RunFolder;

class AdviceLogTest {
  private static final Map<String, String> OPTIONS = Map.of("method", "sid");

  @TempDir private Path path;

  private void session(int first, double... overflow) {
    try (RunFolder folder = RunFolder.open(path, OPTIONS, Set.of())) {
      AdviceLog.follow(folder, new Adviser(OPTIONS, 0, "generator"));
      for (int i = 0; i < overflow.length; i++) {
        folder.record(Map.of("images", first + i, "image_overflow", overflow[i]));
      }
    }
  }

  private Path file() {
    return path.resolve("advice.jsonl");
  }

  @Test
  void aRunThatGoesWellHasNoAdvice() {
    session(1, 0, 0, 0);

    assertThat(file()).doesNotExist();
  }

  @Test
  void adviceIsALineOfImagesKindAndText() throws IOException {
    session(1, 0, 0.5, 0.5);

    assertThat(Files.readAllLines(file())).hasSize(1);
    assertThat(Files.readString(file()))
        .startsWith(
            "{\"images\":3,\"kind\":\"saturation\",\"text\":\"50 % of the images' values lie");
  }

  @Test
  void aResumedRunSaysWhatAnUndisturbedOneWould() throws IOException {
    session(1, 0, 0.5);
    session(3, 0.5, 0.5);
    session(5, 0.5);

    assertThat(Files.readAllLines(file())).hasSize(1);
    assertThat(Files.readString(file())).startsWith("{\"images\":3,");
  }
}

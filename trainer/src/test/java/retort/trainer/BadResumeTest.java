package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs that are not to be resumed, or only from an older state. */
class BadResumeTest extends BadInput {
  @Test
  void aRunIsNotResumedWithOtherOptions() throws IOException {
    String line = "distill --teacher runs/teacher/teacher.onnx --out runs/generator" + TINY;

    assertRefused(line + " --alpha 1", "(alpha was 1.2 and is 1.0)", false);
    assertRefused(line + " --seed 5", "Pass the same options to resume it", false);
    assertRefused(TEACH.replace("new", "runs/teacher"), "holds a run with other options", false);
  }

  @Test
  void aRunMayGoOnOnAnotherMachine() throws IOException {
    Path run = copyOfTeacher("moved");

    succeed(
        resumed("moved")
            + " --threads 2 --micro-batch 3 --segments 2 --layout channels_last --images 24");

    assertThat(Files.readString(run.resolve("stats.jsonl"))).contains("\"images\":24");
  }

  @Test
  void imagesACallAreKeptWhereTheLossDependsOnThem() throws IOException {
    String sida =
        "distill --method sida --data data --teacher runs/teacher/teacher.onnx --out weighed"
            + TINY;
    succeed(sida);

    assertRefused(sida + " --micro-batch 4", "(micro-batch was 8 and is 4)", false);
    succeed(sida + " --segments 2");
  }

  private static Path copyOfTeacher(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    try (Stream<Path> files = Files.list(folder.resolve("runs/teacher"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static void damage(Path state) throws IOException {
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);
  }

  private static String resumed(String name) {
    return "teach --data data --channels 8 --channel-mult 1 --embedding-mult 1 --out "
        + name
        + TINY;
  }

  @Test
  void aDamagedStateIsReplacedByTheOlderOne() throws IOException {
    Path run = copyOfTeacher("damaged");
    damage(run.resolve("state-000000000016.npz"));

    succeed(resumed("damaged"));

    assertThat(run.resolve("teacher.onnx"))
        .hasSameBinaryContentAs(folder.resolve("runs/teacher/teacher.onnx"));
  }

  @Test
  void aDamagedBestIsNotReplaced() throws IOException {
    Path run = copyOfTeacher("marred");
    Files.writeString(run.resolve("best.json"), "{\"images\": 8");

    assertRefused(
        resumed("marred") + " --features runs/classifier/classifier.onnx --reference train.npz",
        "best.json: cannot be read",
        false);
  }

  @Test
  void aRunWhoseStatesAreAllDamagedIsLeftAsItIs() throws IOException {
    Path run = copyOfTeacher("lost");
    damage(run.resolve("state-000000000008.npz"));
    damage(run.resolve("state-000000000016.npz"));

    assertRefused(resumed("lost"), "is damaged, and no older state is whole", false);
  }
}

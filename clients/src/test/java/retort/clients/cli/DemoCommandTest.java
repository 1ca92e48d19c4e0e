package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import retort.clients.FakeServer;
import retort.command.Launcher;

/**
 * The demo's steps, imitated by a script: each writes what the real command writes. What the server
 * answers comes from the fake, whose port the script tells.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a script for sh")
class DemoCommandTest {
  private static final String SCRIPT =
      """
      #!/bin/sh
      echo "$@" >> commands
      out=$(echo "$@" | sed -n 's/.*--out \\([^ ]*\\).*/\\1/p')
      report=$(echo "$@" | sed -n 's/.*--report \\([^ ]*\\).*/\\1/p')
      case $1 in
        FAILING) echo "it broke" >&2; exit 1 ;;
        distill)
          echo '{"step":9,"images":2000,"seconds":25.0,"loss":1}' > "$out/stats.jsonl"
          echo '{"images":2000,"seconds":25.0,"frechet_distance":9.3}' >> "$out/stats.jsonl"
          echo '{"images":9600,"seconds":120.0,"frechet_distance":4.2}' >> "$out/stats.jsonl" ;;
        evaluate) echo '{"images":1000,"label_accuracy":0.973,"frechet_distance":4.1}' ;;
        export)
          echo onnx > "$out"
          echo '{"difference":0.000013,"milliseconds_per_image":2.25}' > "$report" ;;
        serve)
          echo $$ > server.pid
          echo "loading" >&2
          READY
          exec sleep 600 ;;
      esac
      """;

  @TempDir private Path folder = Path.of("");

  private final FakeServer server;

  DemoCommandTest() throws IOException {
    server = FakeServer.onPort();
  }

  @BeforeEach
  void shipATeacher() throws IOException {
    Path digits = Files.createDirectories(folder.resolve("examples/digits"));
    Files.writeString(digits.resolve("teacher.onnx"), "abc");
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  /** A launcher one of whose commands fails, or none; its server says a line, or nothing. */
  private Path launcher(String failing, String ready) throws IOException {
    Path script = folder.resolve("retort");
    Files.writeString(
        script,
        SCRIPT
            .replace("FAILING", failing)
            .replace("READY", ready.isEmpty() ? ":" : "echo " + ready));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  private String readyLine() {
    return "ready on " + server.address() + ": digits";
  }

  private CommandRun demo(Path launcher, String... flags) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "demo",
                "--launcher",
                launcher.toString(),
                "--out",
                folder.resolve("runs").toString()));
    words.addAll(List.of(flags));
    return CommandRun.of(words.toArray(String[]::new));
  }

  private boolean serverLives() throws IOException {
    long pid = Long.parseLong(Files.readString(folder.resolve("server.pid")).strip());
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void theJourneyEndsInATableAndPictures() throws IOException {
    CommandRun run = demo(launcher("none", readyLine()));

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        .contains("No image is used to learn from: only the teacher's weights")
        .contains("9,600 images in 2.0 minutes")
        .contains("9.3 after 2,000 images, 4.1 after 9,600 images")
        .contains("97.3 % of 1,000 images")
        .contains("1.3e-05 from the trainer's images at most, 2.25 ms an image")
        .contains("100 of 100 frames");
    Path first = folder.resolve("runs/001");
    // The fake has three labels: a row for each.
    assertThat(ImageIO.read(first.resolve("grid.png").toFile()).getHeight())
        .isEqualTo(3 * (3 * FakeServer.SIDE + 2) + 2);
    assertThat(first.resolve("walk.gif")).isNotEmptyFile();
    assertThat(first.resolve("stream.json")).isNotEmptyFile();
    assertThat(first.resolve("server.log")).hasContent("loading");
    assertThat(serverLives()).isFalse();
  }

  @Test
  void eachStepGetsTheFilesOfTheOneBefore() throws IOException {
    demo(launcher("none", readyLine()), "--minutes", "0.5", "--threads", "1", "--port", "8123");

    String run = folder.resolve("runs/001").toString();
    assertThat(Files.readAllLines(folder.resolve("commands")))
        .containsExactly(
            "distill @examples/digits/demo.flags --minutes 0.5 --out " + run + " --threads 1",
            "evaluate --features examples/digits/classifier.onnx --reference"
                + " examples/digits/train-statistics.npz --model "
                + run
                + "/generator.onnx --images 1000 --threads 1",
            "export --model "
                + run
                + "/generator.onnx --out "
                + run
                + "/models/digits.onnx --report "
                + run
                + "/export.json",
            "serve " + run + "/models --port 8123");
  }

  @Test
  void anEarlierDemoIsKept() throws IOException {
    Path launcher = launcher("distill", readyLine());

    demo(launcher);
    demo(launcher);

    assertThat(folder.resolve("runs/001")).isDirectory();
    assertThat(folder.resolve("runs/002")).isDirectory();
  }

  @Test
  void aStepThatFailsEndsTheJourney() throws IOException {
    for (String step : Set.of("distill", "evaluate", "export")) {
      CommandRun run = demo(launcher(step, readyLine()));

      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err().lines())
          .containsExactly(
              "retort: 'retort " + step + "' ended with exit code 1; what it said is above");
    }
    assertThat(Files.readAllLines(folder.resolve("commands")))
        .noneMatch(line -> line.startsWith("serve"));
  }

  @Test
  void aServerThatDiesIsQuoted() throws IOException {
    CommandRun run = demo(launcher("serve", readyLine()));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'retort serve' ended before it was ready", "it broke");
  }

  @Test
  void aServerThatNeverGetsReadyIsEnded() throws IOException {
    Path script = launcher("none", "");
    Path log = folder.resolve("log");
    try (Launcher launcher = new Launcher(script)) {
      assertThatExceptionOfType(DemoException.class)
          .isThrownBy(() -> ServingProcess.start(launcher, folder, 0, log, Duration.ofSeconds(1)))
          .withMessageContaining("was not ready within 1 s")
          .withMessageContaining("loading");
    }
    assertThat(serverLives()).isFalse();
  }

  @Test
  void aServerWithoutTheModelIsEnded() throws IOException {
    server.holding(FakeServer.model("faces"));

    CommandRun run = demo(launcher("none", readyLine()));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("the model is to be digits but the server at")
        .contains("holds faces");
    assertThat(serverLives()).isFalse();
  }

  @Test
  void aStepThatWritesSomethingElseIsNamed() throws IOException {
    Path launcher = launcher("none", readyLine());
    Files.writeString(launcher, Files.readString(launcher).replace("label_accuracy", "accuracy"));

    CommandRun run = demo(launcher);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("evaluation.json has no number 'label_accuracy'");
  }

  @Test
  void aTeacherThatIsNotThereIsNamed() throws IOException {
    Files.delete(folder.resolve("examples/digits/teacher.onnx"));

    CommandRun run = demo(launcher("none", readyLine()));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("the demo needs the teacher that Retort ships");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void aDemoThatIsToldToEndLeavesNoChild() throws IOException, InterruptedException {
    Path runs = folder.resolve("runs");
    CommandProcess demo =
        CommandProcess.start(
            "demo", "--launcher", launcher("none", "").toString(), "--out", runs.toString());
    demo.await(folder.resolve("server.pid"));

    String output = demo.terminate();

    assertThat(output)
        .contains("stopped; what was made until then is kept in " + runs.resolve("001"));
    assertThat(serverLives()).isFalse();
  }

  @Test
  void aServerThatIsKeptIsStoppedWithTheDemo() throws IOException, InterruptedException {
    Path run = folder.resolve("runs/001");
    CommandProcess demo =
        CommandProcess.start(
            "demo",
            "--launcher",
            launcher("none", readyLine()).toString(),
            "--out",
            folder.resolve("runs").toString(),
            "--keep-serving");
    // The last file: what follows is told, not asked.
    demo.await(run.resolve("stream.json"));

    String output = demo.terminate();

    assertThat(output).contains("The server is stopped; everything is in " + run);
    assertThat(serverLives()).isFalse();
  }

  @Test
  void aPortThatIsTakenIsFoundBeforeAnyWork() throws IOException {
    String port = server.address().substring("127.0.0.1:".length());

    CommandRun run = demo(launcher("none", readyLine()), "--port", port);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--port is " + port + " but no server can listen there");
    assertThat(folder.resolve("commands")).doesNotExist();
    assertThat(folder.resolve("runs")).doesNotExist();
  }
}

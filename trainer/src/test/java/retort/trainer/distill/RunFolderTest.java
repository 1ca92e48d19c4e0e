package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.Tensor;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;

class RunFolderTest {
  private static final Map<String, String> OPTIONS = Map.of("lr", "0.1");

  @TempDir private Path parent;
  private Path path = Path.of("");
  private Optional<RunFolder> running = Optional.empty();

  @BeforeEach
  void choose() {
    path = parent.resolve("a/run");
  }

  private static RunFolder.Saved saved(long images) {
    Map<String, Tensor> tensors =
        Map.of(
            "weights/w", Tensor.floats(new int[] {1, 2}, (float) images, 0.1f),
            "adam/steps", Tensor.floats(new int[0], 3));
    return new RunFolder.Saved(images / 10, images, 1.5, tensors);
  }

  /** Opens the folder as the next process would, when the one before has ended. */
  private RunFolder open(Map<String, String> options) {
    end();
    RunFolder opened = RunFolder.open(path, options, Set.of("threads"));
    running = Optional.of(opened);
    return opened;
  }

  @AfterEach
  void end() {
    running.ifPresent(RunFolder::close);
    running = Optional.empty();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("run.lock"))
          .sorted()
          .toList();
    }
  }

  /** Flips a bit of a number in the file: 0.1, the second of {@code weights/w}. */
  private static void damage(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (bytes.getFloat(at) != 0.1f) {
      at++;
    }
    bytes.putInt(at, bytes.getInt(at) ^ 1);
    Files.write(file, bytes.array());
  }

  @Test
  void whatIsSavedIsReadBackBitForBit() {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));

    RunFolder.Saved read = open(OPTIONS).newest().orElseThrow();

    assertThat(read.steps()).isEqualTo(2);
    assertThat(read.images()).isEqualTo(20);
    assertThat(read.seconds()).isEqualTo(1.5);
    assertThat(read.tensors()).containsOnlyKeys("weights/w", "adam/steps");
    read.tensors()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.sameAs(Objects.requireNonNull(saved(20).tensors().get(name))))
                    .isTrue());
  }

  @Test
  void aNewRunHasNoState() {
    assertThat(open(OPTIONS).newest()).isEmpty();
  }

  @Test
  void theNewestTwoStatesAreKept() throws IOException {
    RunFolder run = open(OPTIONS);

    for (long images : new long[] {20, 40, 60}) {
      run.save(saved(images));
    }

    assertThat(files())
        .containsExactly("options.json", "state-000000000040.npz", "state-000000000060.npz");
    assertThat(run.newest().orElseThrow().images()).isEqualTo(60);
  }

  @Test
  void anOlderStateStandsInForADamagedOne() throws IOException {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));
    run.save(saved(40));
    damage(path.resolve("state-000000000040.npz"));

    assertThat(run.newest().orElseThrow().images()).isEqualTo(20);
  }

  @Test
  void statesThatAreAllDamagedStopTheRunAndStay() throws IOException {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));
    Path state = path.resolve("state-000000000020.npz");
    Files.write(state, new byte[] {1, 2, 3});

    assertThatThrownBy(run::newest)
        .isInstanceOf(RunException.class)
        .hasMessage(
            state
                + ": is damaged, and no older state is whole; restore it, or start again with"
                + " another --out");
    assertThat(state).exists();
  }

  @Test
  void anotherFileOfArraysIsNoState() throws IOException {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));
    run.write(
        "state-000000000040.npz",
        file -> NpzFile.write(file, Map.of("x", NpyArray.of(new float[1], 1))));

    assertThat(run.newest().orElseThrow().images()).isEqualTo(20);
  }

  @Test
  void twoRunsInOneFolderAreOneTooMany() {
    RunFolder run = open(OPTIONS);

    assertThatThrownBy(() -> RunFolder.open(path, OPTIONS, Set.of()))
        .isInstanceOf(RunException.class)
        .hasMessage(
            path
                + ": another process is running in this folder; wait for it to end, or pass another"
                + " --out");
    run.save(saved(20));
    assertThat(open(OPTIONS).newest()).isPresent();
  }

  @Test
  void otherOptionsAreRefusedOnceThereIsAState() throws IOException {
    open(OPTIONS).save(saved(20));
    String before = Files.readString(path.resolve("options.json"));

    assertThatThrownBy(() -> open(Map.of("lr", "0.2", "seed", "1")))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("lr was 0.1 and is 0.2")
        .hasMessageContaining("seed was (absent) and is 1")
        .hasMessageEndingWith("Pass the same options to resume it, or another --out.");
    assertThat(path.resolve("options.json")).hasContent(before);
  }

  @Test
  void optionsThatMayChangeAreNotRefused() {
    open(Map.of("lr", "0.1", "threads", "2")).save(saved(20));

    assertThat(open(Map.of("lr", "0.1", "threads", "1")).newest()).isPresent();
    assertThatThrownBy(() -> open(Map.of("lr", "0.2", "threads", "1")))
        .hasMessageContaining("(lr was 0.1 and is 0.2)");
  }

  @Test
  void otherOptionsReplaceThoseOfARunThatSavedNothing() throws IOException {
    open(OPTIONS).record(Map.of("images", 10));

    RunFolder run = open(Map.of("lr", "0.2"));

    assertThat(run.newest()).isEmpty();
    assertThat(RunFolder.option(path, "lr")).contains("0.2");
    assertThat(path.resolve("stats.jsonl")).isEmptyFile();
  }

  @Test
  void whatAKilledRunLeftUnfinishedIsRemoved() throws IOException {
    open(OPTIONS).save(saved(20));
    Files.writeString(path.resolve(".teacher.onnx.1b4e28ba.part"), "half");
    Files.writeString(path.resolve("notes.txt"), "mine");

    open(OPTIONS);

    assertThat(files()).containsExactly("notes.txt", "options.json", "state-000000000020.npz");
  }

  @Test
  void linesAfterTheResumedStateAndTornLinesAreDropped() throws IOException {
    RunFolder run = open(OPTIONS);
    run.record(Map.of("images", 10));
    run.record(Map.of("images", 20));
    run.save(saved(20));
    run.record(Map.of("images", 30));
    Path stats = path.resolve("stats.jsonl");
    Files.writeString(stats, Files.readString(stats) + "{\"images\":4");

    run.newest();

    assertThat(stats).hasContent("{\"images\":10}\n{\"images\":20}\n");
  }

  @Test
  void samplesAfterTheResumedStateAreDropped() throws IOException {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));
    for (long images : new long[] {10, 20, 30}) {
      run.write(run.samples(images).getFileName().toString(), file -> write(file, "png"));
    }

    run.newest();

    assertThat(run.samples(30)).doesNotExist();
    assertThat(run.sampledBefore(20)).hasValue(10);
    assertThat(run.sampledBefore(100)).hasValue(20);
    assertThat(run.sampledBefore(10)).isEmpty();
  }

  @Test
  void whatTellsOfARunThatSavedNothingIsDropped() throws IOException {
    open(OPTIONS);
    for (String name : List.of("best.json", "advice.jsonl", "reference-samples.png")) {
      Files.writeString(path.resolve(name), "earlier");
    }

    open(Map.of("lr", "0.2")).newest();

    assertThat(files()).containsExactly("options.json");
  }

  @Test
  void linesAreShownToThoseWhoFollowAndReadByThoseWhoCome() {
    List<Map<String, Double>> seen = new ArrayList<>();
    RunFolder run = open(OPTIONS);
    run.record(Map.of("images", 10));
    run.follow(seen::add);

    run.record(Map.of("images", 20, "loss", Double.NaN));
    run.record(Map.of("images", 20, "loss", Double.NaN));

    assertThat(seen).containsExactly(Map.of("images", 20.0, "loss", Double.NaN));
    assertThat(open(OPTIONS).statistics())
        .containsExactly(Map.of("images", 10.0), Map.of("images", 20.0, "loss", Double.NaN));
  }

  @Test
  void aReportMadeAgainLeavesNoSecondLine() {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));
    run.record(Map.of("images", 20));

    RunFolder again = open(OPTIONS);
    again.newest();
    again.record(Map.of("images", 20));

    assertThat(path.resolve("stats.jsonl")).hasContent("{\"images\":20}\n");
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheOldOneWhole() throws IOException {
    RunFolder run = open(OPTIONS);
    run.write("teacher.onnx", file -> write(file, "old"));

    assertThatThrownBy(
            () ->
                run.write(
                    "teacher.onnx",
                    file -> {
                      write(file, "ne");
                      throw new UncheckedIOException(new IOException("the disk is full"));
                    }))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("the disk is full")
        .hasMessageContaining("what was saved before is whole");
    assertThat(path.resolve("teacher.onnx")).hasContent("old");
  }

  @Test
  void aStateThatCannotBeWrittenIsNamedAndNotTheFileThatIsWrittenFirst() {
    RunFolder run = open(OPTIONS);
    run.save(saved(20));

    assertThatThrownBy(
            () -> run.write("state.npz", file -> NpzFile.write(file.resolve("part"), Map.of())))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith(path.resolve("state.npz") + ": cannot be written (NoSuchFile: ")
        .hasMessageEndingWith("what was saved before is whole");
    assertThat(run.newest()).isPresent();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFolderBelowAFileCannotBeMade() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");

    assertThatThrownBy(() -> RunFolder.open(file.resolve("run"), OPTIONS, Set.of()))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith(file.resolve("run") + ": cannot be written")
        .hasMessageEndingWith("pass a folder you may write with --out");
  }

  @Test
  void optionsThatCannotBeReadAreNotReplaced() throws IOException {
    open(OPTIONS).save(saved(20));
    for (String text : List.of("", "[]", "{", "{\"lr\": null}", "{\"lr\": {}}")) {
      Files.writeString(path.resolve("options.json"), text);

      assertThatThrownBy(() -> open(OPTIONS))
          .as(text)
          .isInstanceOf(RunException.class)
          .hasMessageContaining("options.json: is no JSON object of texts");
    }
  }
}

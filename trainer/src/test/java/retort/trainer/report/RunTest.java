package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.trainer.report.Series.Point;

class RunTest {
  @TempDir private Path folder;
  private RunFixture fixture;

  @BeforeEach
  void make() throws IOException {
    fixture = RunFixture.finished(folder.resolve("a run"), "sid", 1);
  }

  @Test
  void aFolderIsReadAsTheRunLeftIt() {
    Run run = fixture.read();

    assertThat(run.name()).isEqualTo("a run");
    assertThat(run.method()).isEqualTo("sid");
    assertThat(run.state()).isEqualTo(Run.State.FINISHED);
    assertThat(run.options()).containsEntry("lr", "0.001");
    assertThat(run.frechetDistance().points())
        .containsExactly(new Point(100, 5, 8), new Point(200, 10, 4));
    assertThat(run.statistics().rate().points())
        .containsExactly(new Point(100, 5, 20), new Point(200, 10, 20));
    assertThat(run.grids()).extracting(Grid::images).containsExactly(100L, 200L);
    assertThat(run.grids().get(0).width()).isEqualTo(20);
    assertThat(run.notices()).isEmpty();
  }

  @Test
  void aHalfWrittenLastLineIsNoDamage() throws IOException {
    Path stats = fixture.folder().resolve("stats.jsonl");
    Files.writeString(stats, Files.readString(stats) + "{\"step\":30,\"images\":30");

    Run run = fixture.read();

    assertThat(run.statistics().lines()).hasSize(4);
    assertThat(run.notices()).isEmpty();
  }

  @Test
  void damagedLinesAreLeftOutAndCounted() throws IOException {
    fixture.with(
        "stats.jsonl",
        """
        nonsense
        {"step":10,"images":-4,"seconds":1}
        {"step":10,"images":1e300,"seconds":1}
        {"step":10,"images":100,"seconds":Infinity}
        {"step":10,"images":100,"seconds":5.0,"loss":NaN,"other":"x"}
        """);

    Run run = fixture.read();

    assertThat(run.notices()).containsExactly("stats.jsonl: 4 damaged lines are left out.");
    assertThat(run.statistics().series("loss").points()).hasSize(1);
    assertThat(run.statistics().series("loss").isEmpty()).isTrue();
    assertThat(run.statistics().names()).containsExactly("loss");
  }

  @Test
  void theBestIsOfTheLastNumberOfSteps() throws IOException {
    fixture.with(
        "stats.jsonl",
        """
        {"step":10,"images":100,"seconds":5.0,"steps":2.0}
        {"images":100,"seconds":5.0,"frechet_distance":2.0}
        {"step":15,"images":150,"seconds":7.0,"steps":1.5}
        {"images":150,"seconds":7.0,"frechet_distance":9.0}
        {"step":20,"images":200,"seconds":10.0,"steps":1.0}
        {"images":200,"seconds":10.0,"frechet_distance":9.5}
        """);

    assertThat(fixture.read().frechetDistance().best(true)).contains(new Point(150, 7, 9));
  }

  @Test
  void aLineWithoutEndIsDamaged() throws IOException {
    fixture.with("stats.jsonl", "x".repeat(3 * BoundedLines.MOST) + "\n{\"images\":1}\n");

    assertThat(fixture.read().notices())
        .containsExactly("stats.jsonl: 1 damaged lines are left out.");
  }

  @Test
  void aLongRunIsReadInParts() throws IOException {
    fixture.with(
        "stats.jsonl",
        IntStream.rangeClosed(1, 50_000)
            .mapToObj(i -> "{\"step\":%d,\"images\":%d,\"seconds\":%d}".formatted(i, i, i))
            .collect(Collectors.joining("\n", "", "\n{\"images\":50000,\"seconds\":50000}\n")));

    Run run = fixture.read();

    assertThat(run.statistics().lines()).hasSize(16_668);
    assertThat(run.statistics().last().orElseThrow().isReport()).isTrue();
    assertThat(run.notices())
        .containsExactly("stats.jsonl is long: one of 3 lines about steps is shown.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "\u0000\uFFFF", "[[[[", "null", "{\"sessions\": 3}"})
  void whatIsInNoFormatLeavesAPageThatSaysSo(String text) throws IOException {
    for (String name : List.of("options.json", "environment.json", "evaluation.json")) {
      fixture.with(name, text);
    }
    fixture.with("advice.jsonl", text).with("samples-000000000300.png", text);

    Run run = fixture.read();

    assertThat(run.notices()).anyMatch(notice -> notice.equals("environment.json is damaged."));
    assertThat(run.notices()).contains("samples-000000000300.png is no whole picture.");
    assertThat(RunReport.html(run)).contains("environment.json is damaged.").endsWith("</html>\n");
  }

  @Test
  void anEmptyFolderHasAPageToo() throws IOException {
    Run run = Run.read(Files.createDirectories(folder.resolve("empty")), false);

    assertThat(run.state()).isEqualTo(Run.State.INTERRUPTED);
    assertThat(RunReport.html(run))
        .contains("options.json is missing.", "Nothing was recorded yet.", "no grid of samples");
  }

  @Test
  void aRunThatSavedWithoutAReportWasInterrupted() throws IOException {
    Files.delete(fixture.folder().resolve("state-000000000200.npz"));

    assertThat(fixture.read().state()).isEqualTo(Run.State.INTERRUPTED);
    assertThat(Run.read(fixture.folder(), true).state()).isEqualTo(Run.State.RUNNING);
  }

  @Test
  void theNewestSessionKnowsHowTheRunEnded() throws IOException {
    String sessions = "{\"sessions\": [{\"end\": \"interrupted\"}, {%s}]}";

    fixture.with("environment.json", sessions.formatted("\"end\": \"failed\""));
    assertThat(fixture.read().state()).isEqualTo(Run.State.FAILED);
    fixture.with("environment.json", sessions.formatted("\"started\": \"then\""));
    assertThat(fixture.read().state()).isEqualTo(Run.State.INTERRUPTED);
  }

  @Test
  void anEvaluationMadeAfterwardsIsPreferred() throws IOException {
    assertThat(fixture.read().judged().orElseThrow().source())
        .isEqualTo("last measurement, at 200 images");

    fixture.with(
        "evaluation.json",
        """
        {"images": 10000, "origin": {"seeds": "0..9999"}, "frechet_distance": 1.5,
         "kernel_distance": {"mean": 0.25, "standard_deviation": 0.1}, "network": "a.onnx"}
        """);

    Evaluation judged = fixture.read().judged().orElseThrow();
    assertThat(judged.source()).isEqualTo("evaluation.json, 10,000 images, seeds 0..9999");
    assertThat(judged.figures())
        .containsEntry(Measure.FRECHET_DISTANCE, 1.5)
        .containsEntry(Measure.KERNEL_DISTANCE, 0.25)
        .hasSize(2);
  }

  @Test
  void aFilmOfManyGridsKeepsTheFirstTheBestAndTheLast() {
    List<Grid> grids = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      grids.add(new Grid(i, Path.of("samples-" + i + ".png"), 10, 10, 1000));
    }

    List<Grid> film = SamplesSection.thinned(grids, Optional.of(grids.get(123)), 40, 1 << 20);
    List<Grid> light = SamplesSection.thinned(grids, Optional.of(grids.get(123)), 40, 10_000);

    assertThat(film).hasSize(40).contains(grids.get(0), grids.get(123), grids.get(499));
    assertThat(light).hasSizeLessThanOrEqualTo(10).contains(grids.get(0), grids.get(123));
  }
}

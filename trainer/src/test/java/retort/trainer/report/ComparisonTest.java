package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.trainer.distill.RunException;

class ComparisonTest {
  @TempDir private Path folder;
  private final List<Run> runs = new ArrayList<>();

  private RunFixture add(String name, String method, int seed) throws IOException {
    return RunFixture.finished(folder.resolve(name), method, seed);
  }

  /** Two seeds of sid at 1 and 3, one of dmd at 4, and a teacher at 1.5. */
  private Comparison comparison() throws IOException {
    runs.add(add("a", "sid", 1).evaluated(Map.of("frechet_distance", 1.0)).read());
    runs.add(add("b", "sid", 2).evaluated(Map.of("frechet_distance", 3.0)).read());
    runs.add(add("c", "dmd", 1).read());
    Evaluation teacher = new Evaluation(Map.of(Measure.FRECHET_DISTANCE, 1.5), "teacher.json");
    return Comparison.of(runs, Map.of("teacher | 18 steps", List.of(teacher)));
  }

  @Test
  void aSpreadIsTheSampleStandardDeviation() {
    Spread spread = Spread.of(List.of(1.0, 2.0, 6.0));

    assertThat(spread.mean()).isEqualTo(3);
    assertThat(spread.deviation()).isEqualTo(Math.sqrt(7), within(1e-15));
    assertThat(Spread.of(List.of(2.0)).deviation()).isNaN();
  }

  @Test
  void runsThatDifferInTheirSeedAreOneRow() throws IOException {
    Comparison comparison = comparison();

    assertThat(comparison.rows())
        .extracting(Comparison.Row::name)
        .containsExactly("sid", "dmd", "teacher | 18 steps");
    Spread sid = comparison.rows().get(0).spread(Measure.FRECHET_DISTANCE).orElseThrow();
    assertThat(sid).isEqualTo(new Spread(2, Math.sqrt(2), 2));
    assertThat(comparison.rows().get(1).spread(Measure.LABEL_ACCURACY)).isPresent();
    assertThat(comparison.rows().get(0).spread(Measure.LABEL_ACCURACY)).isEmpty();
  }

  @Test
  void runsOfOneMethodAreNamedByTheirOptions() throws IOException {
    runs.add(add("a", "sid", 1).read());
    runs.add(
        add("b", "sid", 1)
            .with("options.json", "{\"method\": \"sid\", \"lr\": \"0.1\", \"seed\": \"1\"}")
            .read());

    assertThat(Comparison.of(runs, Map.of()).rows())
        .extracting(Comparison.Row::name)
        .containsExactly("sid, command distill, lr 0.001", "sid, lr 0.1");
  }

  @Test
  void twoRunsOfOneSeedAreNoTwoDraws() throws IOException {
    runs.add(add("a", "sid", 1).read());
    runs.add(add("b", "sid", 1).read());

    assertThatThrownBy(() -> Comparison.of(runs, Map.of()).requireSeeds())
        .isInstanceOf(RunException.class)
        .hasMessageEndingWith("have the same options and the same seed, 1; pass one of them");
  }

  @Test
  void runsThatAreNotFinishedAreNamed() throws IOException {
    runs.add(Run.read(add("a", "sid", 1).folder(), true));

    Comparison comparison = Comparison.of(runs, Map.of());

    assertThat(comparison.sources().get(0)).contains("a (seed 1, running)");
    assertThat(new ComparisonTable(comparison).html()).contains("Not finished");
    assertThat(new ComparisonTable(comparison).markdown()).contains("a (running).");
  }

  @Test
  void whatMarkupCannotHoldIsReplaced() {
    assertThat(Markup.markdown("a|b\n<c>&d")).isEqualTo("a\\|b &lt;c>&amp;d");
    assertThat(Markup.escape("\uD800x\uDC00\uD83D\uDE00")).isEqualTo("\uFFFDx\uFFFD\uD83D\uDE00");
  }

  @Test
  void theBestIsARunAndNoBaseline() throws IOException {
    Comparison comparison = comparison();

    assertThat(comparison.best(Measure.FRECHET_DISTANCE)).contains(comparison.rows().get(0));
    assertThat(comparison.best(Measure.SECONDS)).isEmpty();
    // Of what a single row has there is no best.
    assertThat(comparison.best(Measure.LABEL_ACCURACY)).isEmpty();
  }

  @Test
  void aTableForDocumentsTellsWhereItsFiguresAreFrom() throws IOException {
    String table = new ComparisonTable(comparison()).markdown();

    assertThat(table.lines())
        .startsWith(
            "| | seeds | images | frechet distance | label accuracy | seconds |",
            "|---|---|---|---|---|---|",
            "| sid | 2 | 200 | **2.0 ± 1.4** | – | 0:10 |",
            "| dmd | 1 | 200 | 4 | 0.95 | 0:10 |",
            "| teacher \\| 18 steps | 1 | – | 1.5 | – | – |")
        .contains(
            "- sid: a (seed 1), evaluation.json, 5,000 images; b (seed 2), evaluation.json, 5,000"
                + " images",
            "- dmd: c (seed 1), last measurement, at 200 images",
            "- teacher \\| 18 steps: teacher.json");
  }

  @Test
  void otherProgramsGetAllDigits() throws IOException {
    JsonObject json =
        JsonParser.parseString(ComparisonFormat.JSON.text(comparison())).getAsJsonObject();

    JsonObject sid = json.getAsJsonArray("rows").get(0).getAsJsonObject();
    assertThat(sid.getAsJsonObject("frechet_distance").get("standard_deviation").getAsDouble())
        .isEqualTo(Math.sqrt(2));
    assertThat(sid.getAsJsonArray("members").get(1).getAsJsonObject().get("run").getAsString())
        .isEqualTo("b");
  }

  @Test
  void curvesHaveAColourARowAndALineASeed() throws IOException {
    String svg = ComparisonFormat.SVG.text(comparison());

    // Two measures, each over images and over time.
    assertThat(Pattern.compile("class=\"curve c0\"").matcher(svg).results()).hasSize(8);
    assertThat(Pattern.compile("class=\"curve c1\"").matcher(svg).results()).hasSize(4);
    assertThat(Pattern.compile("class=\"level c2\"").matcher(svg).results()).hasSize(2);
    assertThat(svg).contains("teacher | 18 steps 1.5", "<style>");
  }

  @Test
  void aBaselineFarOffTheCurvesIsInTheTableAlone() throws IOException {
    runs.add(add("a", "sid", 1).read());
    Evaluation real = new Evaluation(Map.of(Measure.FRECHET_DISTANCE, 0.01), "real.json");
    Comparison comparison = Comparison.of(runs, Map.of("real images", List.of(real)));

    assertThat(ComparisonFormat.SVG.text(comparison)).doesNotContain("real images");
    assertThat(ComparisonFormat.MARKDOWN.text(comparison))
        .contains("| real images | 1 | – | 0.01 |");
  }

  @Test
  void thePageHoldsTableCurvesAndLastGrids() throws IOException {
    String html = ComparisonFormat.HTML.text(comparison());

    assertThat(html).contains("3 runs compared", "<td class=\"best\">2.0 ± 1.4</td>");
    assertThat(Pattern.compile("src=\"data:image/png").matcher(html).results()).hasSize(3);
  }
}

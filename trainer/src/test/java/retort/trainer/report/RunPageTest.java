package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPageTest {
  /** An address that a browser would ask for by itself. */
  private static final Pattern REQUEST =
      Pattern.compile(
          "(src=\"(?!data:)|@import|url\\(|<link[^>]*href=\"(?!data:)|https?://(?!www.w3.org))");

  @TempDir private Path folder;
  private RunFixture fixture;

  @BeforeEach
  void make() throws IOException {
    fixture = RunFixture.finished(folder.resolve("run"), "sid", 1);
  }

  @Test
  void aPageHasItsNumbersCurvesAndPictures() {
    String html = RunReport.html(fixture.read());

    assertThat(html)
        .contains("<title>run: sid</title>", "finished", "<dd>200</dd>", "<dd>0:10</dd>")
        .contains("<dd>4 <small>at 200 images</small></dd>")
        .contains("<b>Frechet distance</b><span>lower is better; best 4 at 200 images</span>")
        .contains("<b>Loss, generator</b>", "<b>Images a second</b>")
        .doesNotContain("non-finite")
        .contains("data:image/png;base64,", "first, 100 images")
        .contains("<dt>lr</dt><dd title=\"0.001\">0.001</dd>")
        .contains("href=\"./stats.jsonl\"");
  }

  @Test
  void aPageAsksNobodyForAnything() {
    String html = RunReport.html(fixture.read());

    assertThat(REQUEST.matcher(html).find()).isFalse();
    assertThat(html).contains("content=\"default-src 'none';").doesNotContain("connect-src");
  }

  @Test
  void whateverStandsInAFolderIsShownAsText() throws IOException {
    String bad = "<script>alert('x')</script>";
    fixture
        .with("options.json", "{\"method\": \"%s\", \"%s\": \"%s\"}".formatted(bad, bad, bad))
        .with("stats.jsonl", "{\"images\":1,\"seconds\":1,\"loss_%s\":2}\n".formatted(bad))
        .with(
            "advice.jsonl", "{\"images\":1,\"kind\":\"%s\",\"text\":\"%s\"}\n".formatted(bad, bad))
        .with("environment.json", "{\"sessions\":[{\"%s\":\"%s\"}]}".formatted(bad, bad));

    String html = RunReport.html(fixture.read());

    assertThat(html).contains("&lt;script&gt;alert(&#39;x&#39;)").doesNotContain("<script>alert");
  }

  @Test
  void optionsFromTheCommandLineAreMarked() throws IOException {
    fixture.with(
        "environment.json", "{\"sessions\":[{\"command\":\"retort distill --lr=0.001 --out x\"}]}");

    assertThat(RunReport.html(fixture.read()))
        .contains("<div class=\"given\"><dt>lr</dt>", "<div><dt>method</dt>");
  }

  @Test
  void signalsAreExplainedAndHowAMeasureWasTakenIsNoCurve() throws IOException {
    fixture.with(
        "stats.jsonl",
        """
        {"images":1,"seconds":1,"image_change":2,"kernel_distance":0.1,"kernel_distance_subset":9}
        """);

    assertThat(RunReport.html(fixture.read()))
        .contains("<b>Image change</b><span>grey levels", "<b>Kernel distance</b>")
        .doesNotContain("subset");
  }

  @Test
  void adviceStandsAboveTheCurves() throws IOException {
    fixture.with(
        "advice.jsonl", "{\"images\":150,\"kind\":\"mode_collapse\",\"text\":\"lower --lr\"}\n");

    assertThat(RunReport.html(fixture.read()))
        .contains("<b>mode collapse at 150 images</b> lower --lr");
  }

  @Test
  void aRunThatGoesOnTellsWhatIsLeft() throws IOException {
    fixture.with(
        "environment.json", "{\"sessions\":[{\"total_images\":1000,\"max_seconds\":30.0}]}");

    String html = RunReport.html(Run.read(fixture.folder(), true));

    // 800 images at 20 a second would take 40 seconds, and 20 are allowed.
    assertThat(html).contains("<dt>left</dt><dd>0:20</dd>", "style=\"width:33.3%\"", "of 1,000");
  }
}

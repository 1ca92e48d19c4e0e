package retort.trainer.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunFolder;

class BestSnapshotTest {
  private static final Map<String, String> PROTOCOL = Map.of("measure-images", "1000");

  private final Path path;
  private final RunFolder folder;

  BestSnapshotTest(@TempDir Path path) {
    this.path = path;
    this.folder = RunFolder.open(path, Map.of(), Set.of());
  }

  @AfterEach
  void close() {
    folder.close();
  }

  /** A denoiser that says how many images it has seen. */
  private static DenoiserModel network(long images) {
    return network(images, 1);
  }

  private static DenoiserModel network(long images, int steps) {
    GraphBuilder g = new GraphBuilder();
    var noisy = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, 2));
    var sigma = g.input(DenoiserModel.SIGMA, Shape.batch()).reshape(-1, 1, 1, 1);
    g.output(DenoiserModel.DENOISED, noisy.over(sigma.plus(1)));
    List<Double> levels = IntStream.range(0, steps).mapToObj(i -> 8.0 / (i + 1)).toList();
    Map<String, String> properties =
        new HashMap<>(new GeneratorSteps(GeneratorSteps.Kind.EULER, levels).properties());
    properties.put(MetadataKeys.IMAGES_SEEN, Long.toString(images));
    return new DenoiserModel(g.build(), 0.5, List.of(), properties);
  }

  private BestSnapshot open() {
    return new BestSnapshot(folder, "generator", PROTOCOL);
  }

  /** A report: the snapshot is offered, and the line recorded. */
  private void report(BestSnapshot best, long images, double distance) {
    Map<String, Double> measured = Map.of("frechet_distance", distance, "label_accuracy", 0.9);
    best.offer(images, images / 100.0, measured, network(images));
    folder.record(Map.of("images", images, "frechet_distance", distance));
  }

  private DenoiserModel kept() {
    return DenoiserModel.read(path.resolve("generator-best.onnx"));
  }

  @Test
  void theLowestDistanceIsKeptWithWhatItMeasuredAndWhen() throws IOException {
    BestSnapshot best = open();

    report(best, 1000, 3.5);
    report(best, 2000, 1.27);
    report(best, 3000, 1.3);

    assertThat(kept().property(MetadataKeys.IMAGES_SEEN)).contains("2000");
    assertThat(kept().property(MetadataKeys.MEASURED).orElse(""))
        .contains("\"frechet_distance\":1.27");
    assertThat(Files.readString(path.resolve("best.json")))
        .contains("\"images\": 2000", "\"frechet_distance\": 1.27", "\"generator-best.onnx\"")
        .contains("\"label_accuracy\": 0.9", "\"measure-images\": \"1000\"");
    assertThat(best.since()).isEqualTo(1);
    assertThat(best.summary())
        .contains(
            "best: Frechet distance 1.270 after 2,000 images, "
                + path.resolve("generator-best.onnx"));
  }

  @Test
  void aResumedRunGoesOnFromTheBestAndItsPatience() {
    BestSnapshot first = open();
    report(first, 1000, 1.5);
    report(first, 2000, 1.9);

    BestSnapshot resumed = open();
    assertThat(resumed.since()).isEqualTo(1);
    report(resumed, 3000, 1.6);

    assertThat(resumed.since()).isEqualTo(2);
    assertThat(kept().property(MetadataKeys.IMAGES_SEEN)).contains("1000");
  }

  @Test
  void aBestAfterTheResumedStateIsNeitherLostNorCountedTwice() throws IOException {
    report(open(), 1000, 3);
    report(open(), 2000, 1);
    byte[] json = Files.readAllBytes(path.resolve("best.json"));

    // The run was killed after the report, and resumes from 1,000 images.
    BestSnapshot resumed = open();
    report(resumed, 1500, 2);
    report(resumed, 2000, 1);

    assertThat(path.resolve("best.json")).hasBinaryContent(json);
    assertThat(resumed.since()).isZero();
  }

  @Test
  void theBestBeginsAnewWithTheNumberOfStepsAndPatienceWithTheLast() {
    BestSnapshot best = open();
    best.offer(1000, 1, Map.of("frechet_distance", 2), network(1000, 2));
    best.offer(2000, 2, Map.of("frechet_distance", 3), network(2000, 2));
    assertThat(best.since()).isZero();

    best.offer(3000, 3, Map.of("frechet_distance", 9), network(3000));
    best.offer(4000, 4, Map.of("frechet_distance", 9.5), network(4000));

    assertThat(kept().property(MetadataKeys.IMAGES_SEEN)).contains("3000");
    assertThat(best.since()).isEqualTo(1);
  }

  @Test
  void aReportThatIsMadeAgainCountsOnce() {
    BestSnapshot best = open();
    report(best, 1000, 1);
    report(best, 2000, 2);

    BestSnapshot again = open();
    report(again, 2000, 2.5);

    assertThat(again.since()).isEqualTo(1);
    assertThat(folder.statistics()).hasSize(2);
  }

  @Test
  void figuresThatAreNoNumbersAreLeftOut() throws IOException {
    Map<String, Double> figures =
        Map.of("frechet_distance", 2.0, "kernel_distance", Double.POSITIVE_INFINITY);

    open().offer(1000, 1, figures, network(1000));

    assertThat(Files.readString(path.resolve("best.json"))).doesNotContain("kernel_distance");
  }

  @Test
  void aRunKilledBeforeTheBestWasRecordedWritesItAgain() throws IOException {
    report(open(), 1000, 3);
    network(2000).write(path.resolve("generator-best.onnx"));

    report(open(), 2000, 1);

    assertThat(kept().property(MetadataKeys.IMAGES_SEEN)).contains("2000");
    assertThat(Files.readString(path.resolve("best.json"))).contains("\"images\": 2000");
  }

  @Test
  void distancesByAnotherProtocolAreNotCompared() {
    report(open(), 1000, 1);

    BestSnapshot other = new BestSnapshot(folder, "generator", Map.of("measure-images", "10000"));
    assertThat(other.summary()).isEmpty();
    report(other, 2000, 2);

    assertThat(kept().property(MetadataKeys.IMAGES_SEEN)).contains("2000");
  }

  @Test
  void aDistanceThatIsNoNumberIsNoBest() {
    BestSnapshot best = open();

    report(best, 1000, Double.NaN);

    assertThat(best.summary()).isEmpty();
    assertThat(path.resolve("best.json")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"images\": \"many\"}"})
  void aDamagedFileIsNamed(String text) throws IOException {
    Files.writeString(path.resolve("best.json"), text);

    assertThatThrownBy(this::open)
        .isInstanceOf(RunException.class)
        .hasMessageContaining("best.json: cannot be read")
        .hasMessageEndingWith("move it away to look for a new best");
  }
}

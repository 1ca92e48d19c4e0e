package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.Tensor;

class TrainingLoopTest {
  private static final int BATCH = 10;

  @TempDir private Path folder;
  private Optional<RunFolder> running = Optional.empty();

  /** Counts its steps; some losses or gradients are not finite. */
  private static final class Counting implements TrainingMethod {
    private final Set<Long> badLosses;
    private final Set<Long> badGradients;
    private final List<Long> taken = new ArrayList<>();
    private float count;

    Counting(Set<Long> badLosses, Set<Long> badGradients) {
      this.badLosses = badLosses;
      this.badGradients = badGradients;
    }

    @Override
    public Map<String, Double> step(long step, long imagesSeen) {
      assertThat(imagesSeen).isEqualTo(step * BATCH);
      taken.add(step);
      count++;
      Map<String, Double> report = new LinkedHashMap<>();
      report.put("loss", badLosses.contains(step) ? Double.NaN : step);
      report.put(
          "gradient_norm", badGradients.contains(step) ? Double.POSITIVE_INFINITY : 2.0 * step);
      return report;
    }

    @Override
    public Map<String, float[]> noiseLevels(long step) {
      return Map.of("loss", new float[] {3, 0.5f});
    }

    @Override
    public int batch() {
      return BATCH;
    }

    @Override
    public Map<String, Tensor> state() {
      return Map.of("count", Tensor.floats(new int[] {1}, count));
    }

    @Override
    public void restore(Map<String, Tensor> state) {
      count = Objects.requireNonNull(state.get("count")).floats()[0];
    }
  }

  private static Counting healthy() {
    return new Counting(Set.of(), Set.of());
  }

  /** Opens the folder as the next process would, when the one before has ended. */
  private RunFolder open() {
    end();
    RunFolder opened = RunFolder.open(folder, Map.of(), Set.of());
    running = Optional.of(opened);
    return opened;
  }

  @AfterEach
  void end() {
    running.ifPresent(RunFolder::close);
    running = Optional.empty();
  }

  private static TrainingLoop loop(long images) {
    return new TrainingLoop(images, Double.POSITIVE_INFINITY, 40, 20, 50);
  }

  private List<Long> run(long images, TrainingMethod method) {
    List<Long> reports = new ArrayList<>();
    loop(images).run(method, open(), 7, position -> reports.add(position.images()));
    return reports;
  }

  private static float count(RunFolder.Saved saved) {
    return Objects.requireNonNull(saved.tensors().get("count")).floats()[0];
  }

  @Test
  void aRunTakesItsStepsAndSavesAndReports() {
    Counting method = healthy();

    List<Long> reports = run(130, method);

    assertThat(method.taken).hasSize(13);
    assertThat(reports).containsExactly(50L, 100L, 130L);
    assertThat(open().newest().orElseThrow().images()).isEqualTo(130);
    assertThat(folder.resolve("state-000000000120.npz")).exists();
  }

  @Test
  void statisticsAreMeansSinceTheLineBefore() throws IOException {
    run(50, healthy());

    List<String> lines = Files.readAllLines(folder.resolve("stats.jsonl"));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .contains("\"step\":2,\"images\":20", "\"loss\":0.5,\"gradient_norm\":1.0")
        .endsWith("\"nonfinite_steps\":0}");
    // What is left at the end is not thrown away.
    assertThat(lines.get(2)).contains("\"images\":50", "\"loss\":4.0");
  }

  @Test
  void aRunGoesOnWhereItsStateWasSaved() {
    run(50, healthy());

    Counting resumed = healthy();
    run(70, resumed);

    assertThat(resumed.taken).containsExactly(5L, 6L);
    assertThat(count(open().newest().orElseThrow())).isEqualTo(7);
  }

  @Test
  void aFinishedRunTakesNoStepAndReportsAgain() {
    run(50, healthy());

    Counting again = healthy();
    List<Long> reports = run(50, again);

    assertThat(again.taken).isEmpty();
    assertThat(reports).containsExactly(50L);
    assertThat(count(open().newest().orElseThrow())).isEqualTo(5);
  }

  @Test
  void aReportThatFailsIsMadeAgainByTheResumedRun() {
    TrainingLoop loop = new TrainingLoop(100, Double.POSITIVE_INFINITY, 40, 20, 40);
    List<Long> reports = new ArrayList<>();

    assertThatThrownBy(
            () ->
                loop.run(
                    healthy(),
                    open(),
                    7,
                    position -> {
                      throw new RunException("the disk is full");
                    }))
        .hasMessage("the disk is full");
    loop.run(healthy(), open(), 7, position -> reports.add(position.images()));

    assertThat(reports).containsExactly(40L, 80L, 100L);
  }

  @Test
  void aReportThatWasGivenUpIsMadeByTheResumedRun() {
    TrainingLoop loop = new TrainingLoop(100, Double.POSITIVE_INFINITY, 40, 20, 40);
    List<Long> reports = new ArrayList<>();
    RunFolder folder = open();
    loop(40).run(healthy(), folder, 7, position -> {});

    loop.run(
        healthy(),
        folder,
        7,
        position -> {
          reports.add(position.images());
          folder.record(Map.of("images", position.images()));
        });

    assertThat(reports).containsExactly(40L, 80L, 100L);
  }

  /** Notes what it is told, and has enough after some reports. */
  private static final class Watching implements RunWatcher {
    private final List<String> told = new ArrayList<>();
    private final int patience;
    private int reports;

    Watching(int patience) {
      this.patience = patience;
    }

    @Override
    public void began(BooleanSupplier interrupted) {
      told.add("began");
    }

    @Override
    public void report(TrainingLoop.Position position) {
      reports++;
      told.add(position.images() + (position.last() ? " last" : ""));
    }

    @Override
    public boolean enough() {
      return reports >= patience;
    }

    @Override
    public void ended() {
      told.add("ended");
    }
  }

  @Test
  void aWatcherIsToldOfBeginningReportsAndEnd() {
    Watching watcher = new Watching(9);

    loop(130).run(healthy(), open(), 7, watcher);

    assertThat(watcher.told).containsExactly("began", "50", "100", "130 last", "ended");
  }

  @Test
  void aWatcherThatHasEnoughEndsTheRunAfterItsReport() {
    Watching watcher = new Watching(2);
    Counting method = healthy();

    TrainingLoop.End end = loop(500).run(method, open(), 7, watcher);

    assertThat(end).isEqualTo(TrainingLoop.End.DONE);
    assertThat(watcher.told).containsExactly("began", "50", "100", "ended");
    assertThat(method.taken).hasSize(10);
    assertThat(open().newest().orElseThrow().images()).isEqualTo(100);
  }

  @Test
  void aRunThatHadEnoughTakesNoStepWhenItIsResumed() {
    loop(500).run(healthy(), open(), 7, new Watching(1));
    Counting again = healthy();

    loop(500).run(again, open(), 7, new Watching(0));

    assertThat(again.taken).isEmpty();
  }

  @Test
  void aReportThatFallsOnTheLastSecondIsMadeOnce() {
    Watching watcher = new Watching(9);

    new TrainingLoop(1000, 1e-12, 40, 20, 10).run(healthy(), open(), 7, watcher);

    assertThat(watcher.told).containsExactly("began", "10 last", "ended");
  }

  @Test
  void timeInStepsEndsARunToo() {
    Counting method = healthy();

    new TrainingLoop(1000, 1e-12, 40, 20, 50).run(method, open(), 7, position -> {});

    assertThat(method.taken).hasSize(1);
    assertThat(open().newest().orElseThrow().images()).isEqualTo(BATCH);
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunAndNamesStepSeedAndSigmas() {
    Counting method = new Counting(Set.of(6L), Set.of());

    assertThatThrownBy(() -> run(200, method))
        .isInstanceOf(RunException.class)
        .hasMessage(
            "loss is NaN in step 6 (seed 7, sigma [0.5, 3.0]); what was saved is whole. Start again"
                + " with a lower learning rate and another --out");
    assertThat(count(open().newest().orElseThrow())).isEqualTo(4);
  }

  @Test
  void aFewGradientsThatAreNotFiniteAreCounted() throws IOException {
    run(40, new Counting(Set.of(), Set.of(0L, 1L, 3L)));

    List<String> lines = Files.readAllLines(folder.resolve("stats.jsonl"));
    assertThat(lines.get(0)).endsWith("\"nonfinite_steps\":2}");
    assertThat(lines.get(1)).endsWith("\"nonfinite_steps\":1}");
  }

  @Test
  void tenStepsInARowWithSuchGradientsStopTheRun() {
    Set<Long> nine = Set.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    Set<Long> ten = Set.of(10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);

    run(100, new Counting(Set.of(), nine));
    Counting method = new Counting(Set.of(), ten);

    assertThatThrownBy(() -> run(400, method))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith(
            "the gradients were not finite in 10 consecutive steps up to step 19 (seed 7)")
        .hasMessageContaining("what was saved is whole");
    assertThat(method.taken).hasSize(10);
    // The state of step 16: the run had ten steps before, and saves every fourth.
    assertThat(count(open().newest().orElseThrow())).isEqualTo(16);
  }

  @Test
  void aLossThatEntersLaterIsTheMeanOfItsOwnSteps() {
    TrainingLoop.Averages averages = new TrainingLoop.Averages();

    averages.add(Map.of("loss", 1.0), 1, 0);
    averages.add(Map.of("loss", 3.0, "loss_adversarial", 5.0), 1, 0);

    assertThat(averages.means()).containsEntry("loss", 2.0).containsEntry("loss_adversarial", 5.0);
  }
}

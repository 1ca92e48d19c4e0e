package retort.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.server.FakeGenerator;
import retort.server.generator.GeneratorException;
import retort.server.generator.Network;
import retort.server.generator.NetworkUse;
import retort.server.repository.ModelVersion.State;

/** What a repository does with a folder that the test makes up, where each file is a stamp. */
class ModelRepositoryTest {
  private final List<ModelFile> folder = new ArrayList<>();
  private final Map<Path, FakeGenerator> files = new HashMap<>();
  private final List<Network> opened = new ArrayList<>();
  private final List<String> servedMeanwhile = new ArrayList<>();
  private ModelRepository models = repository(1);

  private ModelRepository repository(int versions) {
    return new ModelRepository(
        () -> List.copyOf(folder),
        (path, before) -> {
          servedMeanwhile.add(before.map(Network::digest).orElse("nothing"));
          FakeGenerator network = files.get(path);
          if (network == null) {
            throw new GeneratorException("it is damaged");
          }
          opened.add(network);
          return network;
        },
        versions);
  }

  @AfterEach
  void everythingOpenedIsClosedOnce() {
    models.close();
    assertThat(opened).allSatisfy(one -> assertThat(((FakeGenerator) one).closed()).isEqualTo(1));
  }

  /** Puts a file there, in the place of the one of that version. */
  private FakeGenerator put(String model, long version, String content) {
    FakeGenerator network = FakeGenerator.of(content);
    files.put(broken(model, version, content), network);
    return network;
  }

  private Path broken(String model, long version, String content) {
    folder.removeIf(file -> file.model().equals(model) && file.version() == version);
    Path path = Path.of("no such file", model, Long.toString(version), content);
    folder.add(ModelFile.of(model, version, path));
    return path;
  }

  private Model model(String name) {
    return models.model(name).orElseThrow();
  }

  private Optional<String> serving(String name) {
    return model(name).network().map(Network::digest);
  }

  private void pollTwice() {
    models.poll();
    models.poll();
  }

  @Test
  void latestVersionServes() {
    put("a", 1, "one");
    put("a", 10, "ten");
    put("a", 9, "nine");

    models.loadAll();

    assertThat(serving("a")).contains("ten");
    assertThat(opened).hasSize(1);
  }

  @Test
  void asManyVersionsAreKeptAsWereAskedFor() {
    models = repository(2);
    put("a", 1, "one");
    FakeGenerator two = put("a", 2, "two");
    put("a", 3, "three");
    models.loadAll();

    assertThat(model("a").versions()).extracting(ModelVersion::number).containsExactly(3L, 2L);
    try (NetworkUse use = models.use("a", 2).orElseThrow()) {
      assertThat(use.network()).isSameAs(two);
    }
    assertThat(models.use("a", 1)).isEmpty();
  }

  @Test
  void latestVersionThatFailsLeavesTheOneBeforeServed() {
    put("a", 1, "one");
    broken("a", 2, "damaged");

    models.loadAll();

    assertThat(serving("a")).contains("one");
    assertThat(model("a").versions())
        .extracting(ModelVersion::state)
        .containsExactly(State.FAILED, State.READY);
    assertThat(model("a").message()).isEqualTo("version 2: it is damaged");
  }

  @Test
  void newVersionTakesThePlaceOfTheOldWhichClosesWhenItsLastUserLetsGo() {
    FakeGenerator one = put("a", 1, "one");
    models.loadAll();
    NetworkUse use = models.use("a").orElseThrow();
    put("a", 2, "two");

    pollTwice();

    assertThat(serving("a")).contains("two");
    assertThat(model("a").versions()).hasSize(1);
    assertThat(one.closed()).isZero();
    use.close();
    assertThat(one.closed()).isEqualTo(1);
  }

  @Test
  void whoOpensAVersionIsGivenWhatTheModelServesMeanwhile() {
    models = repository(2);
    put("a", 1, "one");
    put("a", 2, "two");
    models.loadAll();
    put("a", 3, "three");
    put("b", 1, "other");

    pollTwice();

    assertThat(servedMeanwhile).containsExactly("nothing", "two", "two", "nothing");
  }

  @Test
  void fileThatWasReplacedIsOpenedAgain() {
    FakeGenerator first = put("a", 1, "first");
    models.loadAll();
    put("a", 1, "second");

    pollTwice();

    assertThat(serving("a")).contains("second");
    assertThat(first.closed()).isEqualTo(1);
  }

  @Test
  void fileThatIsRefusedLeavesTheOldOneServedAndSaysWhy() {
    put("a", 1, "first");
    models.loadAll();
    broken("a", 1, "damaged");

    pollTwice();

    assertThat(serving("a")).contains("first");
    assertThat(model("a").message()).contains("newer file is not served").contains("damaged");
  }

  @Test
  void fileThatFailedIsTriedAgainWhenItChangesOrWhenAskedFor() {
    Path path = broken("a", 1, "damaged");
    models.loadAll();
    files.put(path, FakeGenerator.of("healed"));

    pollTwice();
    assertThat(serving("a")).isEmpty();

    models.load("a");
    assertThat(serving("a")).contains("healed");
    assertThat(model("a").message()).isEmpty();
  }

  @Test
  void fileThatStillChangesIsNotOpened() {
    put("a", 1, "first");
    models.loadAll();

    put("a", 1, "half");
    models.poll();
    put("a", 1, "whole");
    models.poll();
    assertThat(serving("a")).contains("first");

    models.poll();
    assertThat(serving("a")).contains("whole");
    assertThat(opened).extracting(Network::digest).containsExactly("first", "whole");
  }

  @Test
  void modelThatIsGoneFromTheFolderIsGone() {
    FakeGenerator one = put("a", 1, "one");
    put("b", 1, "b");
    models.loadAll();
    folder.removeIf(file -> file.model().equals("a"));

    models.poll();

    assertThat(models.models()).containsOnlyKeys("b");
    assertThat(models.use("a")).isEmpty();
    assertThat(one.closed()).isEqualTo(1);
  }

  @Test
  void unloadedModelStaysAwayUntilItIsAskedFor() {
    FakeGenerator one = put("a", 1, "one");
    models.loadAll();

    models.unload("a");
    pollTwice();

    assertThat(one.closed()).isEqualTo(1);
    assertThat(models.use("a")).isEmpty();
    assertThat(model("a").versions())
        .extracting(ModelVersion::state)
        .containsExactly(State.UNLOADED);

    files.values().remove(one);
    put("a", 1, "again");
    models.load("a");
    assertThat(serving("a")).contains("again");
  }

  @Test
  void modelThatCannotBeLoadedIsToldToWhoAsked() {
    put("a", 1, "one");
    models.loadAll();
    broken("a", 2, "damaged");

    assertThatThrownBy(() -> models.load("a"))
        .isInstanceOf(GeneratorException.class)
        .hasMessage("model 'a' cannot be loaded: it is damaged");
    assertThat(serving("a")).contains("one");
    assertThatThrownBy(() -> models.load("b")).hasMessageContaining("there is no model 'b'");
    assertThatThrownBy(() -> models.unload("b")).hasMessageContaining("there is no model 'b'");
  }

  @Test
  void watchersSeeEachStepAndNoGapBetweenVersions() {
    put("a", 1, "one");
    models.loadAll();
    List<String> steps = new ArrayList<>();
    models.watch(
        model ->
            steps.add(
                model.versions().stream()
                    .map(version -> version.number() + " " + version.state())
                    .toList()
                    .toString()));
    put("a", 2, "two");

    pollTwice();
    folder.clear();
    models.poll();

    assertThat(steps)
        .containsExactly(
            "[1 READY]", "[2 LOADING, 1 READY]", "[2 READY, 1 READY]", "[2 READY]", "[]");
  }

  @Test
  void nameOfAServiceIsNoName() {
    put("retort.v1.Retort", 1, "x");
    put("inference.GRPCInferenceService", 1, "y");

    models.loadAll();

    assertThat(models.models().values())
        .allSatisfy(model -> assertThat(model.message()).contains("rename the file"));
  }

  @Test
  void whoAsksDuringSwapsAlwaysGetsAnOpenNetwork() throws InterruptedException {
    put("a", 1, "0");
    models.loadAll();
    List<Throwable> failures = new ArrayList<>();
    Thread asking =
        new Thread(
            () -> {
              while (!Thread.interrupted()) {
                try (NetworkUse use = models.use("a").orElseThrow()) {
                  assertThat(((FakeGenerator) use.network()).closed()).isZero();
                }
              }
            });
    asking.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
    asking.start();

    for (int i = 1; i <= 200; i++) {
      put("a", 1, Integer.toString(i));
      models.load("a");
    }
    asking.interrupt();
    asking.join();

    assertThat(failures).isEmpty();
  }

  @Test
  void closingDoesNotWaitForAFileThatIsBeingOpenedWhichIsLetGoOfOnceItIs() throws Exception {
    FakeGenerator one = put("a", 1, "one");
    put("b", 1, "two");
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    ModelRepository slow =
        new ModelRepository(
            () -> List.copyOf(folder),
            (path, before) -> {
              opening.countDown();
              assertThat(awaited(leave)).isTrue();
              return Objects.requireNonNull(files.get(path));
            },
            1);
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    Thread loading = new Thread(() -> told.complete(catchThrowable(slow::loadAll)));
    loading.start();
    assertThat(awaited(opening)).isTrue();

    slow.close();
    assertThat(one.closed()).isZero();
    leave.countDown();
    loading.join();

    assertThat(told.get()).hasMessageContaining("stopping");
    assertThat(one.closed()).isEqualTo(1);
    assertThat(slow.models()).isEmpty();
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

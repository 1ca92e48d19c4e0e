package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.onnx.OnnxReader;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;

/**
 * Runs that are killed at any moment, in processes of their own: what they leave is whole, and
 * resumed they end in the same bytes as a run that nobody touched.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ResumeFlowTest {
  private static final int KILLS = 5;
  private static final String LAST = "000000000800";
  private static final String EVENTS = "events.out.tfevents.retort";

  /** Shared by the tests: what the first one teaches, the second distils. */
  @TempDir private static Path folder = Path.of("");

  private final Random random = new Random(20);

  private static List<String> teach(String out) {
    List<String> arguments = new ArrayList<>(List.of("teach", "--data", path("data")));
    arguments.addAll(List.of("--channels", "8", "--channel-mult", "1", "--embedding-mult", "1"));
    arguments.addAll(
        List.of("--dropout", "0.1", "--augment", "0.1", "--warmup", "100", "--ema", "1000"));
    return run(arguments, out);
  }

  /** What each method needs beside the teacher; counters that change in the run's 800 images. */
  private static List<String> own(DistillMethod method) {
    return switch (method) {
      case SID -> List.of();
      case SIDA ->
          List.of("--data", path("data"), "--generator-start", "200", "--adversarial-start", "400");
      case DMD -> List.of("--pairs", path("pairs.npz"));
      case DMD2, CONSISTENCY -> List.of("--data", path("data"));
      // Rounds of 4, 2 and 1 steps, of 160, 320 and 320 images.
      case PROGRESSIVE -> List.of("--data", path("data"), "--steps", "8", "--round-images", "160");
    };
  }

  private static List<String> distill(DistillMethod method, String out) {
    List<String> arguments = new ArrayList<>(List.of("distill", "--method", method.toString()));
    arguments.addAll(List.of("--teacher", path("teacher/teacher.onnx")));
    arguments.addAll(own(method));
    return run(arguments, out);
  }

  private static List<String> run(List<String> arguments, String out) {
    arguments.addAll(List.of("--threads", "1", "--batch", "8", "--micro-batch", "5"));
    arguments.addAll(List.of("--images", "800", "--save-every", "40", "--record-every", "40"));
    arguments.addAll(List.of("--report-every", "200", "--measure-every", "400"));
    arguments.addAll(List.of("--features", path("classifier/classifier.onnx")));
    arguments.addAll(List.of("--reference", path("train.npz"), "--measure-images", "20"));
    arguments.addAll(List.of("--out", path(out)));
    return arguments;
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static TrainerProcess start(List<String> arguments) throws IOException {
    return TrainerProcess.start(Path.of(out(arguments) + ".log"), arguments);
  }

  /** The run folder. */
  private static Path out(List<String> arguments) {
    return Path.of(arguments.get(arguments.size() - 1));
  }

  private static String complete(List<String> arguments) throws Exception {
    TrainerProcess process = start(arguments);
    assertThat(process.end()).as(process.output()).isZero();
    return process.output();
  }

  @Test
  @Order(1)
  void aTeacherKilledAtAnyMomentEndsInTheSameBytes() throws Exception {
    TinyImages.in(folder.resolve("data"));
    String features = path("classifier/classifier.onnx");
    complete(
        new ArrayList<>(
            List.of(
                "classify",
                "--data",
                path("data"),
                "--widths",
                "4",
                "--feature-width",
                "4",
                "--threads",
                "1",
                "--batch",
                "8",
                "--images",
                "16",
                "--out",
                path("classifier"))));
    complete(
        new ArrayList<>(
            List.of(
                "evaluate",
                "--data",
                path("data"),
                "--features",
                features,
                "--threads",
                "1",
                "--write-reference",
                path("train.npz"))));

    assertKillsLeaveNoTrace(teach("teacher"), teach("killed-teacher"), "teacher");
  }

  @ParameterizedTest
  @EnumSource(DistillMethod.class)
  @Order(2)
  void aDistillationKilledAtAnyMomentEndsInTheSameBytes(DistillMethod method) throws Exception {
    if (method == DistillMethod.DMD) {
      List<String> sample = new ArrayList<>(List.of("sample", "--images", "9", "--steps", "2"));
      sample.addAll(List.of("--model", path("teacher/teacher.onnx"), "--out", path("pairs.npz")));
      complete(sample);
    }

    assertKillsLeaveNoTrace(
        distill(method, method.toString()), distill(method, "killed-" + method), "generator");
  }

  private void assertKillsLeaveNoTrace(List<String> whole, List<String> killed, String name)
      throws Exception {
    long started = System.nanoTime();
    complete(whole);
    long millis = (System.nanoTime() - started) / 1_000_000;

    for (int i = 0; i < KILLS; i++) {
      start(killed).killAfter(random.nextLong(millis / 3, millis));
      assertReadable(out(killed));
    }
    String output = complete(killed);

    // Otherwise every kill came too early or too late, and the test has shown nothing.
    assertThat(output).contains("resuming at");
    assertSame(out(whole), out(killed), name);
    // States are saved where lines are written here, so that every mean is of the same steps.
    assertThat(untimed(out(killed).resolve("stats.jsonl")))
        .isEqualTo(untimed(out(whole).resolve("stats.jsonl")));
  }

  @Test
  @Order(3)
  @DisabledOnOs(OS.WINDOWS)
  void aRunThatIsAskedToEndSavesAndSaysHowToResume() throws Exception {
    Path run = folder.resolve("ended-teacher");
    List<String> arguments = teach("ended-teacher");

    TrainerProcess process = start(arguments);
    process.terminateOnce(run.resolve("state-000000000160.npz"));

    // 128 + 15, the signal's number: the JVM's own, whatever the command returns.
    assertThat(process.end()).as(process.output()).isEqualTo(143);
    assertThat(process.output())
        .containsPattern("stopped at \\d+ images; the same command resumes");
    assertReadable(run);
    assertThat(names(run)).noneMatch(ResumeFlowTest::isUnfinished);
    complete(arguments);
    assertSame(folder.resolve("teacher"), run, "teacher");
  }

  private static List<String> names(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static boolean isUnfinished(String name) {
    return name.endsWith(".part") || name.startsWith(".");
  }

  /** Every file that is not marked as unfinished is whole. */
  private static void assertReadable(Path run) throws IOException {
    if (!Files.exists(run)) {
      return;
    }
    for (String name : names(run)) {
      Path file = run.resolve(name);
      if (isUnfinished(name)) {
        continue;
      }
      switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "onnx" -> assertThat(OnnxReader.read(file).graph().outputs()).isNotEmpty();
        case "npz" -> assertThat(NpzFile.read(file)).containsKey("progress");
        case "png" -> assertThat(ImageIO.read(file.toFile())).isNotNull();
        case "html" -> assertThat(Files.readString(file)).endsWith("</html>\n");
        case "json" -> assertThat(JsonParser.parseString(Files.readString(file))).isNotNull();
        default -> assertThat(name).isIn("stats.jsonl", "advice.jsonl", "run.lock", EVENTS);
      }
    }
  }

  /** A text without what clocks have written. */
  private static String untimed(Path file) throws IOException {
    return Files.readString(file).replaceAll("\"(seconds|wait_share)\": ?[^,}]*", "");
  }

  private static void assertSame(Path expected, Path actual, String name) throws IOException {
    assertThat(names(actual)).isEqualTo(names(expected)).noneMatch(ResumeFlowTest::isUnfinished);
    List<String> files = List.of(name + ".onnx", name + "-best.onnx", "samples-" + LAST + ".png");
    for (String file : files) {
      assertThat(actual.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
    }
    assertThat(untimed(actual.resolve("best.json")))
        .isEqualTo(untimed(expected.resolve("best.json")));
    assertThat(actual.resolve(EVENTS)).hasSize(Files.size(expected.resolve(EVENTS)));
    Map<String, NpyArray> states = NpzFile.read(expected.resolve("state-" + LAST + ".npz"));
    Map<String, NpyArray> others = NpzFile.read(actual.resolve("state-" + LAST + ".npz"));
    assertThat(others.keySet()).isEqualTo(states.keySet());
    states.forEach(
        (key, array) -> {
          if (!key.equals("progress")) {
            assertThat(Objects.requireNonNull(others.get(key)).floats())
                .as(key)
                .containsExactly(array.floats());
          }
        });
  }
}

package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import retort.denoiser.DenoiserModel;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/**
 * What users get wrong: each mistake is one sentence on standard error and exit code 2, without a
 * stack trace, and leaves every file as it was.
 */
class BadInputTest {
  private static final String TINY = " --threads 1 --batch 8 --images 16";
  private static final String TEACH = "teach --data data --channel-mult 1 --out new" + TINY;

  /** Holds data, runs/teacher, runs/generator, runs/classifier, train.npz and broken files. */
  @TempDir private static Path folder = Path.of("");

  private record Outcome(int code, String out, String err) {}

  /** Runs a command in which a word that names a file of the folder stands for that file. */
  private static Outcome run(String line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    String[] words = line.split(" ");
    for (int i = 1; i < words.length; i++) {
      boolean isFile = !words[i - 1].matches("--(label|method|preset|layout|batch|lr)");
      if (isFile && words[i].matches("[a-z].*")) {
        words[i] = folder.resolve(words[i]).toString();
      }
    }
    int code = command.execute(words);
    return new Outcome(code, out.toString(), err.toString());
  }

  private static void succeed(String line) {
    Outcome outcome = run(line);
    assertThat(outcome.err()).as(line).isEmpty();
    assertThat(outcome.code()).as(line).isZero();
  }

  @BeforeAll
  static void prepare() throws IOException {
    TinyImages.in(folder.resolve("data"));
    String net = " --channels 8 --channel-mult 1 --embedding-mult 1";
    succeed("teach --data data --save-every 8 --out runs/teacher" + net + TINY);
    succeed("teach --data data --blocks 2 --out runs/deeper" + net + TINY);
    succeed("classify --data data --widths 4 --feature-width 4 --out runs/classifier" + TINY);
    succeed("classify --data data --widths 4 --feature-width 3 --out runs/narrow" + TINY);
    succeed("distill --teacher runs/teacher/teacher.onnx --out runs/generator" + TINY);
    String evaluate = "evaluate --data data --threads 1 --features runs/";
    succeed(evaluate + "classifier/classifier.onnx --write-reference train.npz");

    byte[] teacher = Files.readAllBytes(folder.resolve("runs/teacher/teacher.onnx"));
    Files.writeString(folder.resolve("text.onnx"), "This is a recipe for pancakes.\n");
    Files.write(folder.resolve("empty.onnx"), new byte[0]);
    Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(teacher, teacher.length / 2));
    writeFuture(teacher);
    Files.writeString(folder.resolve("file"), "");
    writeData();
  }

  /** A teacher that says it is of format 9. */
  private static void writeFuture(byte[] teacher) throws IOException {
    byte[] key = "retort.format".getBytes(StandardCharsets.US_ASCII);
    byte[] future = teacher.clone();
    for (int i = 0; i < future.length - key.length; i++) {
      if (Arrays.equals(Arrays.copyOfRange(future, i, i + key.length), key)) {
        // The value is a field of one character: tag, length, character.
        future[i + key.length + 2] = '9';
      }
    }
    Files.write(folder.resolve("future.onnx"), future);
  }

  private static void writeData() throws IOException {
    Path wide = Files.createDirectories(folder.resolve("wide"));
    BufferedImage image = new BufferedImage(8, 4, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(image, "png", wide.resolve("a.png").toFile());
    Path labelled = Files.createDirectories(folder.resolve("labelled/a"));
    ImageIO.write(image, "png", labelled.resolve("a.png").toFile());
    Path other = Files.createDirectories(folder.resolve("labelled/b"));
    ImageIO.write(image, "png", other.resolve("b.png").toFile());
    Path cut = Files.createDirectories(folder.resolve("cut"));
    TinyImages.write(cut.resolve("train-images-idx3-ubyte"), new byte[100], 40, 8, 8);
    TinyImages.write(cut.resolve("train-labels-idx1-ubyte"), new byte[40], 40);
    Path unequal = Files.createDirectories(folder.resolve("unequal"));
    TinyImages.write(unequal.resolve("train-images-idx3-ubyte"), new byte[128], 2, 8, 8);
    TinyImages.write(unequal.resolve("train-labels-idx1-ubyte"), new byte[3], 3);
    Files.createDirectories(folder.resolve("nothing"));
    DenoiserModel generator =
        DenoiserModel.read(folder.resolve("runs/generator/generator.onnx"))
            .withProperties(Map.of("retort.sigma_init", "high"));
    OnnxWriter.write(
        OnnxModel.of(generator.graph(), generator.properties()), folder.resolve("odd.onnx"));
  }

  /** Every file with its content. */
  private static Map<String, Integer> files() throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path file : paths.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        if (!name.startsWith("new")) {
          contents.put(name, Arrays.hashCode(Files.readAllBytes(file)));
        }
      }
    }
    return contents;
  }

  private static void assertRefused(String line, String message, boolean hint) throws IOException {
    Map<String, Integer> before = files();

    Outcome outcome = run(line);

    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    List<String> lines = outcome.err().lines().toList();
    assertThat(lines.get(0)).startsWith("retort: ").contains(message);
    assertThat(lines).as(outcome.err()).hasSize(hint ? 2 : 1);
    if (hint) {
      assertThat(lines.get(1)).startsWith("Try 'retort").endsWith(" --help'.");
    }
    assertThat(files()).isEqualTo(before);
    assertThat(folder.resolve("new/state-000000000016.npz")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate | Unmatched argument at index 0: 'frobnicate'",
        "teach | Missing required options: '--data=PATH', '--out=FOLDER'",
        "teach --data data --out new --speed 3 | Unknown options: '--speed', '3'",
        "teach --data data --out new --batch x | '--batch': 'x' is not an int",
        "teach --data data --out new --batch 2.5 | '--batch': '2.5' is not an int",
        "teach --data data --out new --layout sideways | expected one of [CONTIGUOUS,",
        "distill --teacher t --out new --method magic | expected one of [SID]",
        "distill --teacher t --out new --lr fast | '--lr': 'fast' is not a double",
        "sample --out new.png | Missing required option: '--model=FILE'",
        "evaluate --features runs/classifier/classifier.onnx --steps 3 | --model=FILE",
      })
  void flagsThatAreNotUnderstoodPointToTheHelp(String line, String message) throws IOException {
    assertRefused(line, message, true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch 0 | --batch is 0 but should be at least 1",
        "--batch -8 | --batch is -8",
        "--micro-batch -1 | --micro-batch is -1",
        "--images 0 | --images is 0",
        "--minutes 0 | --minutes is 0.0 but should be positive",
        "--minutes NaN | --minutes is NaN",
        "--save-every 0 | --save-every is 0",
        "--record-every 0 | --record-every is 0",
        "--report-every -1 | --report-every is -1",
        "--threads -1 | --threads is -1",
        "--channels 0 | model channels is 0 but should be an even number of at least 4",
        "--channels 7 | model channels is 7",
        "--channels 6 | choose model channels that are a multiple of 4",
        "--channel-mult 1,0 | a channel multiplier is 0",
        "--channel-mult 1,1,1,1,1 | resolution is 8 but should be a multiple of 16",
        "--embedding-mult 0 | the embedding's multiplier is 0",
        "--blocks 0 | blocks a level is 0",
        "--attention 5 | --attention is [5] but the levels have the resolutions [8, 4, 2]",
        "--dropout 1 | dropout is 1.0 but should be in [0, 1)",
        "--dropout -0.1 | dropout is -0.1",
        "--augment 2 | augmentation probability is 2.0",
        "--sigma-data 0 | sigma_data is 0.0",
        "--lr 0 | the learning rate is 0.0",
        "--lr -1 | the learning rate is -1.0",
        "--lr Infinity | the learning rate is Infinity",
        "--warmup -1 | -1 images of warm-up",
        "--beta2 1 | Adam betas are 0.9 and 1.0",
        "--p-mean NaN | ln sigma has mean NaN",
        "--p-std 0 | standard deviation 0.0",
        "--ema -1 | half-life is -1.0 images",
        "--ema-ramp 0 | ramp 0.0",
        "--measure-images 1 | --measure-images is 1 but should be at least 2",
        "--init none.onnx | none.onnx: there is no such file",
        "--init runs/deeper/teacher.onnx | other names than the network's",
        "--init runs/teacher/teacher.onnx --channels 8 | pass a file of the same architecture",
      })
  void teachingRefusesNumbersThatMakeNoRun(String flag, String message) throws IOException {
    String line = "teach --data data --out new " + flag;
    for (String other : List.of("--threads 1", "--batch 8", "--images 16")) {
      line += flag.startsWith(other.substring(0, other.indexOf(' ') + 1)) ? "" : " " + other;
    }
    if (flag.startsWith("--measure")) {
      line += " --features runs/classifier/classifier.onnx --reference train.npz";
    }

    assertRefused(line, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--alpha NaN | alpha is NaN",
        "--data x | --data is given but --method sid learns without images",
        "--preset huge | --preset is huge but --method sid has small, cifar10",
        "--sigma-init 0 | sigma_init is 0.0",
        "--t-max 0 | --t-max is 0.0 but should be in (0, 1]",
        "--sigma-init -1 | sigma_init is -1.0",
        "--lr 0 | the learning rate is 0.0",
        "--lr -1e-4 | the learning rate is -1.0E-4",
        "--generator-lr 0 | the learning rate is 0.0",
        "--generator-beta1 1 | Adam betas are 1.0",
        "--generator-beta1 -1 | Adam betas are -1.0",
        "--augment -1 | augmentation probability is -1.0",
        "--augment 0.1 | the network takes 0 augmentation labels",
        "--ema -1 | half-life is -1.0",
        "--ema-ramp -1 | ramp -1.0",
        "--init none.onnx | none.onnx: there is no such file",
        "--init runs/deeper/teacher.onnx | other names than the network's",
        "--init runs/classifier/classifier.onnx | not a denoiser",
        "--features runs/classifier/classifier.onnx | --features and --reference belong together",
        "--reference train.npz | --features and --reference belong together",
        "--features runs/narrow/classifier.onnx --reference train.npz | the network has 3",
        "--features runs/classifier/classifier.onnx --reference none.npz | there is no such file",
        "--features runs/teacher/teacher.onnx --reference train.npz | is no feature network",
      })
  void distillingRefusesWhatItCannotUse(String flag, String message) throws IOException {
    assertRefused(
        "distill --teacher runs/teacher/teacher.onnx --out new " + flag + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none.onnx | none.onnx: there is no such file",
        "data | data: it is no file but a folder; pass an ONNX file",
        "text.onnx | text.onnx: it is not an ONNX model",
        "empty.onnx | empty.onnx: it is empty",
        "cut.onnx | cut.onnx: it is not an ONNX model, or only a part of one",
        "runs/classifier/classifier.onnx | not a denoiser: it has no input 'noisy'",
        "future.onnx | it has Retort format 9, and this Retort knows formats up to 1",
      })
  void filesThatHoldNoTeacherAreRefused(String file, String message) throws IOException {
    assertRefused("distill --teacher " + file + " --out new" + TINY, message, false);
    assertRefused("sample --threads 1 --model " + file + " --out new.png", message, false);
  }

  @Test
  void aGeneratorIsNoTeacher() throws IOException {
    assertRefused(
        "distill --teacher runs/generator/generator.onnx --out new" + TINY,
        "is a generator, which knows one noise level; pass the teacher",
        false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none | none: does not exist",
        "text.onnx | text.onnx: begins with the bytes",
        "cut | declares 40 x 8 x 8 values, 2560 bytes, but ends after",
        "unequal | has 3 labels but train-images-idx3-ubyte has 2 images",
        "nothing | holds no .png, .jpg or .jpeg file",
        "wide | wide: images are [1, 4, 8] but teachers are square",
      })
  void dataThatCannotTeachAreRefused(String data, String message) throws IOException {
    assertRefused("teach --out new --data " + data + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--data data --widths 0 | convolutions of [0]",
        "--data data --widths 4,4,4,4 | 4 convolutions do not fit a resolution of 8",
        "--data data --feature-width 0 | 0 features",
        "--data data --lr 0 | the learning rate is 0.0",
        "--data wide | the images have no labels",
        "--data labelled | labelled: images are [1, 4, 8] but classifiers are square",
      })
  void classifyingRefusesWhatItCannotUse(String flags, String message) throws IOException {
    assertRefused("classify --out new " + flags + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--images 0 | --images is 0",
        "--images 2000000000 | draw fewer at once",
        "--steps 0 | --steps is 0 but should be at least 1",
        "--columns 0 | a grid has at least 1 column",
        "--threads -2 | --threads is -2",
        "--sigma-min 0 | the noise levels run from 0.0 to 80.0",
        "--sigma-max 0.001 | the noise levels run from 0.002 to 0.001",
        "--rho 0 | rho is 0.0",
        "--churn -1 | churn -1.0",
        "--churn-range 1 | --churn-range takes two numbers",
        "--churn-range 2,1 | the smallest level must not exceed the largest",
        "--churn-noise -1 | with noise -1.0",
        "--label cat | --label is cat but",
        "--label 2 | knows 0, 1; pass one of them",
      })
  void samplingRefusesWhatItCannotDo(String flag, String message) throws IOException {
    String threads = flag.startsWith("--threads") ? "" : " --threads 1";
    assertRefused(
        "sample --model runs/teacher/teacher.onnx --out new.png " + flag + threads, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sample --model runs/generator/generator.onnx --out new.jpg | should end in .png or .npz",
        "sample --model runs/generator/generator.onnx --out none/new.png | is no folder",
        "sample --model runs/generator/generator.onnx --out file/new.npz | is no folder",
        "sample --model runs/generator/generator.onnx --steps 0 --out new.png | --steps is 0",
        "sample --model odd.onnx --threads 1 --out new.png | retort.sigma_init is 'high', no"
            + " number",
        "evaluate --features runs/classifier/classifier.onnx | --data and --model say where",
        "evaluate --features none.onnx --data data --threads 1 | there is no such file",
        "evaluate --features runs/classifier/classifier.onnx --threads 1 --data wide | takes"
            + " images",
      })
  void placesAndFilesThatDoNotFitAreRefused(String line, String message) throws IOException {
    assertRefused(line, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--images 1 --model runs/generator/generator.onnx | --images is 1",
        "--data data --model runs/generator/generator.onnx | pass one of them",
        "--data data --reference none.npz | none.npz: there is no such file",
        "--data data --reference text.onnx | cannot be read as a zip of arrays",
        "--data data --write-reference none/new.npz | cannot be written",
      })
  void evaluatingRefusesWhatItCannotCompare(String flags, String message) throws IOException {
    assertRefused(
        "evaluate --threads 1 --features runs/classifier/classifier.onnx " + flags, message, false);
  }

  @Test
  void aRunIsNotResumedWithOtherOptions() throws IOException {
    String line = "distill --teacher runs/teacher/teacher.onnx --out runs/generator" + TINY;

    assertRefused(line + " --alpha 1", "(alpha was 1.2 and is 1.0)", false);
    assertRefused(line + " --seed 5", "Pass the same options to resume it", false);
    assertRefused(TEACH.replace("new", "runs/teacher"), "holds a run with other options", false);
  }

  @Test
  void aFolderBelowAFileIsRefused() throws IOException {
    assertRefused(
        TEACH.replace("new", "file/run"), "pass a folder you may write with --out", false);
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
  void aRunWhoseStatesAreAllDamagedIsLeftAsItIs() throws IOException {
    Path run = copyOfTeacher("lost");
    damage(run.resolve("state-000000000008.npz"));
    damage(run.resolve("state-000000000016.npz"));

    assertRefused(resumed("lost"), "is damaged, and no older state is whole", false);
  }
}

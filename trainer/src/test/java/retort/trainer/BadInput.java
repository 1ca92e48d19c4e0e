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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import retort.denoiser.DenoiserModel;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/**
 * What users get wrong: each mistake is one sentence on standard error and exit code 2, without a
 * stack trace, and leaves every file as it was. The tests of it share small runs, made once for
 * each class.
 */
abstract class BadInput {
  /** What a run says of its sessions, also of one that was refused. */
  private static final Set<String> JOURNAL = Set.of("environment.json", "report.html");

  /** Flags whose values are words. */
  private static final String NO_FILES =
      "--(label|method|preset|layout|batch|lr|loss|fake-weight|form|loss-weight|log-snr-m..|sampler|levels|served|metrics|feature-range)";

  static final String TINY = " --threads 1 --batch 8 --images 16";
  static final String TEACH = "teach --data data --channel-mult 1 --out new" + TINY;

  /** Holds data, runs/teacher, runs/generator, runs/classifier, train.npz and broken files. */
  @TempDir static Path folder = Path.of("");

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
      boolean isFile = !words[i - 1].matches(NO_FILES);
      if (isFile && words[i].matches("[a-z].*")) {
        words[i] = folder.resolve(words[i]).toString();
      }
    }
    int code = command.execute(words);
    return new Outcome(code, out.toString(), err.toString());
  }

  static void succeed(String line) {
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
    String sample = "sample --threads 1 --images 5 --model runs/";
    succeed(sample + "teacher/teacher.onnx --steps 2 --out pairs.npz");
    succeed(sample + "teacher/teacher.onnx --steps 2 --churn 40 --out churned.npz");
    succeed(sample + "deeper/teacher.onnx --steps 2 --out others.npz");
    succeed(sample + "generator/generator.onnx --out generated.npz");
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
    Path cifar = Files.createDirectories(folder.resolve("cifar"));
    for (int batch = 1; batch <= 5; batch++) {
      Files.write(cifar.resolve("data_batch_%d.bin".formatted(batch)), new byte[100]);
    }
    Files.createDirectories(folder.resolve("nothing"));
    DenoiserModel generator =
        DenoiserModel.read(folder.resolve("runs/generator/generator.onnx"))
            .withProperties(Map.of("retort.sigma_init", "high"));
    OnnxWriter.write(
        OnnxModel.of(generator.graph(), generator.properties()), folder.resolve("odd.onnx"));
  }

  /** Every file with its content, but for the journals of runs. */
  private static Map<String, Integer> files() throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path file : paths.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        if (!name.startsWith("new") && !JOURNAL.contains(file.getFileName().toString())) {
          contents.put(name, Arrays.hashCode(Files.readAllBytes(file)));
        }
      }
    }
    return contents;
  }

  static void assertRefused(String line, String message, boolean hint) throws IOException {
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
}

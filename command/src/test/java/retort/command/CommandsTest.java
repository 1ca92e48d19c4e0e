package retort.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class CommandsTest {
  private static final class BrokenFile extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenFile(String message) {
      super(message);
    }
  }

  @Command(name = "retort", subcommands = Fail.class)
  private static final class Main {}

  @Command(name = "fail", mixinStandardHelpOptions = true)
  private static final class Fail implements Callable<Integer> {
    @Option(names = "--how")
    private String how = "";

    @Override
    public Integer call() {
      switch (how) {
        case "file" -> throw new BrokenFile("a.onnx: it is empty");
        case "bug" -> throw new IllegalStateException("lost my way");
        default -> {
          return 0;
        }
      }
    }
  }

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Commands.line(new Main(), Set.of(BrokenFile.class));
    return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }

  @Test
  void aUsersMistakeIsOneSentence() {
    assertThat(run("fail", "--how", "file")).isEqualTo(2);
    assertThat(err.toString().lines()).containsExactly("retort: a.onnx: it is empty");
  }

  @Test
  void aFlagThatIsNotKnownPointsToTheHelp() {
    assertThat(run("fail", "--hwo", "file")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly("retort: Unknown options: '--hwo', 'file'", "Try 'retort fail --help'.");
  }

  @Test
  void aMistakeOfOursShowsWhereItHappened() {
    assertThat(run("fail", "--how", "bug")).isEqualTo(1);
    assertThat(err.toString()).contains("please report it", "lost my way", "CommandsTest");
  }

  @Test
  void aFlagOverridesTheOneInAFile(@TempDir Path folder) throws IOException {
    Path flags = Files.writeString(folder.resolve("fail.flags"), "# how to fail\n--how=bug\n");

    assertThat(run("fail", "@" + flags, "--how", "file")).isEqualTo(2);
    assertThat(err.toString().lines()).containsExactly("retort: a.onnx: it is empty");
  }

  @Test
  void everyCommandTellsTheVersion() {
    assertThat(run("fail", "--version")).isZero();
    assertThat(out.toString().strip()).isEqualTo("retort " + Commands.version());
    assertThat(Commands.version()).matches("\\d+\\.\\d+\\.\\d+.*");
  }
}

package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.clients.FakeServer;

/** What users get wrong: one sentence, exit code 2, and no file written. */
class BadFlagsTest {
  @TempDir private static Path folder = Path.of("");
  private static final FakeServer SERVER = serving();

  private static FakeServer serving() {
    try {
      return FakeServer.onPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeAll
  static void makeAFile() throws IOException {
    Files.writeString(folder.resolve("file"), "");
  }

  @AfterAll
  static void closeServer() {
    SERVER.close();
  }

  private static CommandRun run(String line) {
    return CommandRun.of(
        line.replace("SERVER", "--server " + SERVER.address())
            .replace("DIR", folder.toString())
            .split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "generate SERVER --images 0 --out DIR/a.png | --images is 0 but should be 1 to 65536",
        "generate SERVER --images -1 --out DIR/a.png | --images is -1",
        "generate SERVER --images 0 --folder DIR/new | make more in several calls with --first",
        "generate SERVER --images -1 --out - | --images is -1 but should be at least 0",
        "generate SERVER --first -1 --out DIR/a.png | --first is -1 but numbers of images go from 0",
        "generate SERVER --first 2147483647 --out - | --first is 2147483647",
        "generate SERVER --out - --folder DIR/new | --out is - and --folder is",
        "generate SERVER --out - --encoding webp | --encoding should be raw, or left out",
        "generate SERVER --width 4097 --out DIR/a.png | --width is 4097 but should be 1 to 4096",
        "generate SERVER --quality 101 --out - | --quality is 101 but should be 1 to 100",
        "stream SERVER --height -1 | --height is -1 but should be 1 to 4096, or left out",
        "generate SERVER --columns 0 --out DIR/a.png | --columns is 0 but should be at least 1",
        "generate SERVER --scale 0 --out DIR/a.png | --scale is 0 but should be 1 to 64",
        "generate SERVER | pass --out, --folder or both",
        "generate SERVER --out DIR/a.jpg | a.jpg but should end in .png",
        "generate SERVER --out DIR/none/a.png | is no folder that can be written",
        "generate SERVER --out DIR/file/a.png | is no folder that can be written",
        "generate SERVER --folder DIR/file | cannot be made a folder",
        "generate SERVER --labels 9 --out DIR/a.png | knows 0, 1, two; pass some of them",
        "generate SERVER --labels 0,cat --out DIR/a.png | --labels has 'cat' but",
        "generate SERVER --labels -1 --out DIR/a.png | --labels has '-1' but",
        "generate SERVER --labels 1,,2 --out DIR/a.png | --labels has '' but",
        "generate SERVER --timeout 0 --out DIR/a.png | --timeout is 0.0 but should be above 0",
        "generate SERVER --timeout Infinity --out DIR/a.png | --timeout is Infinity but",
        "stream SERVER --timeout -1 | --timeout is -1.0 but should be above 0",
        "stream SERVER --within Infinity | --within is Infinity but should be above 0 and finite",
        "stream SERVER --save DIR/walk.mp4 | walk.mp4 but should end in .gif",
        "stream SERVER --save DIR/file/frames | cannot be made a folder",
        "stream SERVER --json / | that is a folder; pass the name of a file",
        "stream SERVER --json /dev/null | is no regular file; pass another",
        "generate --server 127.0.0.1 --out DIR/a.png | should be HOST:PORT, such as 127.0.0.1:8001",
        "generate --server 127.0.0.1:0 --out DIR/a.png | has no port from 1 to 65535",
        "stream SERVER --quality 101 | --quality is 101 but should be 1 to 100",
        "stream SERVER --fps 0 | --fps is 0.0 but should be above 0 and at most 240",
        "stream SERVER --fps 241 | --fps is 241.0",
        "stream SERVER --fps NaN | --fps is NaN",
        "stream SERVER --frames 0 | --frames is 0 but should be at least 1",
        "stream SERVER --seconds 0 | --seconds is 0.0",
        "stream SERVER --speed -1 | --speed is -1.0 but should be 0 to 240",
        "stream SERVER --within 0 | --within is 0.0",
        "stream SERVER --scale 65 --save DIR/a.gif | --scale is 65",
        "stream SERVER --labels cat | --labels has 'cat' but",
        "stream SERVER --save DIR/none/a.gif | is no folder that can be written",
        "stream SERVER --save DIR/file | cannot be made a folder",
        "stream SERVER --json DIR/none/a.json | is no folder that can be written",
        "stream SERVER --json DIR | that is a folder; pass the name of a file",
        "stream --server nowhere | should be HOST:PORT",
        "stream SERVER --patience -1 | --patience is -1.0 but should be 0 to 86400",
        "bench --server nowhere | --server is 'nowhere' but should be HOST:PORT",
        "bench SERVER --seconds 0 | --seconds is 0.0 but should be above 0",
        "bench SERVER --warm-up -1 | --warm-up is -1.0 but should be 0 to 86400",
        "bench SERVER --streams 0 | --streams is 0 but should be 1 to 4096",
        "bench SERVER --stalled -1 | --stalled is -1 but should be 0 to 4096",
        "bench SERVER --fps 0 | --fps is 0.0 but should be 0.01 to 240",
        "bench SERVER --steer NaN | --steer is NaN but should be 0 to 10000",
        "bench SERVER --label -2 | --label is -2 but should be at least 0",
        "bench SERVER --callers -1 | --callers is -1 but should be 1 to 4096",
        "bench SERVER --rate Infinity | --rate is Infinity but should be above 0",
        "bench SERVER --callers 1 --rate 1 | are two measurements; pass one",
        "bench SERVER --callers 1 --ramp | are two measurements; pass either",
        "bench SERVER --calls --stalled 1 | --stalled is given; with --calls there are no",
        "bench SERVER --oip 127.0.0.1:1 --model a | pass either --server HOST:PORT or --oip",
        "bench --oip nowhere --model a | --oip is 'nowhere' but should be HOST:PORT",
        "bench --oip 127.0.0.1:1 --model a --steer 1 | --steer is given; it is for --server only",
        "bench --callers 1 | which server is not said; pass either",
        "bench --oip 127.0.0.1:1 --callers 1 | --oip is given; name the model with --model",
        "bench SERVER --callers 1 --shape a=1 | --shape is given; it is for --oip only",
        "bench --oip 127.0.0.1:1 --model a --rate 1 --shape a=x | --shape is 'a=x' but should be like",
        "bench --oip 127.0.0.1:1 --model a --value a= | --value is 'a=' but should be like fps=20",
        "bench SERVER --json DIR | that is a folder; pass the name of a file",
        "demo --minutes 0 | --minutes is 0.0 but should be above 0",
        "demo --minutes NaN | --minutes is NaN",
        "demo --threads -1 | --threads is -1",
        "demo --port 65536 | --port is 65536 but should be 0 to 65535",
        "demo --launcher DIR/file | cannot be run; start the command as './retort",
      })
  void aValueThatCannotBeIsOneSentence(String line, String message) throws IOException {
    CommandRun run = run(line);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("retort: ").contains(message);
    assertThat(folder.toFile().list()).containsExactly("file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "generate --out DIR/a.png | Missing required option: '--server=HOST:PORT'",
        "generate SERVER --images many | '--images': 'many' is not an int",
        "generate SERVER --seed 18446744073709551616 --out DIR/a.png | is no seed; a seed is",
        "stream SERVER --seed 1.5 | '1.5' is no seed; a seed is",
        "stream SERVER --fps fast | '--fps': 'fast' is not a double",
        "stream SERVER --encoding gif | expected one of [PNG, RAW, JPEG, WEBP]",
        "stream SERVER --slow-client wait | expected one of [LATEST, BLOCK]",
        "stream SERVER --frames 5 --seconds 5 | mutually exclusive",
      })
  void flagsThatAreNotUnderstoodPointToTheHelp(String line, String message) {
    CommandRun run = run(line);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(2);
    assertThat(run.err()).contains(message, "--help'.");
  }

  @Test
  void theDemoNeedsTheLauncher() {
    assertThat(run("demo --launcher DIR/none").err()).contains("start the command as './retort");
  }
}

package retort.trainer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reports that cannot be made, of runs that are none. */
class BadReportTest extends BadInput {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "report | Missing required parameter: 'RUN'",
        "report --speed 3 runs/generator | Unknown option: '--speed'",
      })
  void flagsThatAreNotUnderstoodPointToTheHelp(String line, String message) throws IOException {
    assertRefused(line, message, true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none | none: there is no such folder",
        "file | file: there is no such folder",
        "data | holds no run, neither options.json nor stats.jsonl",
        "runs/generator none | none: there is no such folder",
        "runs/generator --out none/new.html | its folder is missing",
        "runs/generator --out data | data: cannot be written (it is no regular file)",
        "runs/generator --json none/new.json --out new.html | its folder is missing",
        "runs/generator --baseline teacher | --baseline is",
        "runs/generator --baseline =x | --baseline is =x but should be NAME=FILE",
        "runs/generator --baseline X=none.json | none.json: there is no such file",
        "--serve runs/generator | a folder, but should be HOST:PORT; pass the run folders before",
        "runs/generator --json new.x --svg new.x | name the same file; pass one for each",
        "runs/generator --serve 8090 | --serve is 8090 but should be HOST:PORT",
        "runs/generator --serve 127.0.0.1:99999 | --serve is 127.0.0.1:99999",
        "runs/generator --serve 127.0.0.1:0 --out new.html | writes no file",
      })
  void reportsThatCannotBeMadeAreRefused(String line, String message) throws IOException {
    assertRefused("report " + line, message, false);
  }

  @Test
  void aFileThatIsNoEvaluationIsNoBaseline() throws IOException {
    for (String text : new String[] {"", "{}", "[1]", "{\"frechet_distance\": \"far\"}"}) {
      Files.writeString(folder.resolve("evaluation.txt"), text);

      assertRefused(
          "report runs/generator --baseline X=" + folder.resolve("evaluation.txt"),
          "evaluation.txt: is no evaluation, a JSON object with frechet_distance",
          false);
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          "report runs/generator --serve 127.0.0.1:" + taken.getLocalPort(),
          "cannot listen on 127.0.0.1:" + taken.getLocalPort() + " (Address already in use)",
          false);
    }
  }
}

package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void theCodeShownIsTheCodeCompiled() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("```java\n") + "```java\n".length();
    String shown = readme.substring(start, readme.indexOf("```", start));

    Path example = Path.of("src/test/java/retort/clients/example/WatchDigits.java");
    assertThat(Files.readString(example)).endsWith(shown);
  }
}

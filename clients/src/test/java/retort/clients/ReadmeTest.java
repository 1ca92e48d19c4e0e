package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadmeTest {
  private static final Path EXAMPLES = Path.of("src/test/java/retort/clients/example");
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private static List<String> compiled() throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      for (Path file : files.toList()) {
        sources.add(Files.readString(file));
      }
    }
    return sources;
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "../docs/clients.md"})
  void theCodeShownIsTheCodeCompiled(String page) throws IOException {
    List<String> shown =
        JAVA.matcher(Files.readString(Path.of(page))).results().map(code -> code.group(1)).toList();

    assertThat(shown).isNotEmpty();
    assertThat(shown)
        .allSatisfy(code -> assertThat(compiled()).anyMatch(source -> source.endsWith(code)));
  }
}

package retort.clients.cli.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links and devices")
class OutputFileTest {
  @TempDir private Path folder = Path.of("");

  private static void write(Path file, String text) {
    OutputFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aLinkStaysAndItsFileIsWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "older");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));

    OutputFile.check("--out", link, "");
    write(link, "newer");

    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("newer");
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void aLinkToNothingIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("none"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> OutputFile.check("--out", link, ""))
        .withMessageContaining("is a link to nothing; pass another");
  }

  @Test
  void aDeviceIsNotReplaced() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/null"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> OutputFile.check("--out", link, ""))
        .withMessage("--out is " + link + " but /dev/null is no regular file; pass another");
    assertThatExceptionOfType(PictureException.class).isThrownBy(() -> write(link, "text"));
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }
}

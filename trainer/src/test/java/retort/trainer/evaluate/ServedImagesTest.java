package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import retort.command.LauncherException;
import retort.denoiser.ImageShape;

/** What the command that asks a server writes, imitated by a script. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a script for sh")
class ServedImagesTest {
  private static final int COUNT = 600;

  /** Two by one pixels of three channels. */
  private static final int BYTES = 6;

  private static final String SCRIPT =
      """
      #!/bin/sh
      echo "$@" >> commands
      echo $$ >> pids
      first=$(echo "$@" | sed -n 's/.*--first \\([0-9]*\\).*/\\1/p')
      images=$(echo "$@" | sed -n 's/.*--images \\([0-9]*\\).*/\\1/p')
      BEFORE
      printf '{"model":"digits","model_sha256":"%s","width":1,"height":2,"channels":3,' "$(cat digest)"
      printf '"seed":50,"first":%s,"images":%s,"labels":[0,1,4]}\\n' "$first" "$images"
      tail -c +$((6 * first + 1)) pixels | head -c $((6 * images))
      AFTER
      """;

  @TempDir private Path folder = Path.of("");

  private final byte[] pixels = new byte[COUNT * BYTES];

  @BeforeEach
  void fillTheServer() throws IOException {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 7);
    }
    Files.write(folder.resolve("pixels"), pixels);
    Files.writeString(folder.resolve("digest"), "abc");
  }

  private Path launcher(String before, String after) throws IOException {
    Path script = folder.resolve("retort");
    Files.writeString(script, SCRIPT.replace("BEFORE", before).replace("AFTER", after));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  private ServedImages served(String before, String after) throws IOException {
    return new ServedImages(launcher(before, after), "127.0.0.1:8001", "digits", 50, COUNT);
  }

  private List<String> commands() throws IOException {
    return Files.readAllLines(folder.resolve("commands"));
  }

  private boolean anyChildLives() throws IOException {
    return Files.readAllLines(folder.resolve("pids")).stream()
        .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
        .anyMatch(process -> process.map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void pixelsBecomeImagesWithTheirLabels() throws IOException {
    ServedImages images = served("", "");

    Collected all = Collected.from(images, 0);

    assertThat(images.shape()).isEqualTo(new ImageShape(3, 2, 1));
    assertThat(images.origin())
        .containsEntry("model_sha256", "abc")
        .containsEntry("sampler", "server")
        .containsEntry("seeds", "50..649");
    assertThat(all.images()).hasSize(COUNT * BYTES);
    for (int image : new int[] {0, 299, 599}) {
      for (int c = 0; c < 3; c++) {
        for (int row = 0; row < 2; row++) {
          int level = Byte.toUnsignedInt(pixels[image * BYTES + row * 3 + c]);
          assertThat(all.images()[image * BYTES + c * 2 + row]).isEqualTo(level / 127.5f - 1);
        }
      }
    }
    assertThat(Arrays.copyOf(all.labels(), 4)).containsExactly(0, 1, 4, 0);
    assertThat(commands().get(1))
        .isEqualTo(
            "generate --out - --server 127.0.0.1:8001 --model digits --timeout 300 --seed 50"
                + " --first 0 --images 600");
  }

  @Test
  void theyGoOnFromAnyImage() throws IOException {
    ServedImages images = served("", "");
    Collected all = Collected.from(images, 0);

    Collected tail = Collected.from(images, 401);

    assertThat(tail.images()).isEqualTo(Arrays.copyOfRange(all.images(), 401 * BYTES, 600 * BYTES));
    assertThat(tail.labels()).isEqualTo(Arrays.copyOfRange(all.labels(), 401, 600));
    assertThat(commands().get(2)).endsWith("--first 401 --images 199");
  }

  @Test
  void whoWantsNoMoreLeavesNoChild() throws IOException {
    ServedImages images = served("", "[ $images = 0 ] || exec sleep 600");

    Collected some = Collected.from(images, 0, 1);

    assertThat(some.parts()).isEqualTo(1);
    assertThat(anyChildLives()).isFalse();
  }

  @Test
  void theSentenceOfTheChildIsTheSentence() throws IOException {
    String refusal =
        "echo 'retort: building clients' >&2; echo 'retort: no Retort server answers at 127.0.0.1:8001; start one' >&2; exit 2";

    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> served(refusal, ""))
        .withMessage("no Retort server answers at 127.0.0.1:8001; start one");
    assertThat(anyChildLives()).isFalse();
  }

  @Test
  void aServerThatFailsOnTheWayIsTheSentenceToo() throws IOException {
    ServedImages images = served("", "");
    Files.write(folder.resolve("pixels"), Arrays.copyOf(pixels, 300 * BYTES));
    launcher("", "echo 'retort: the server drains' >&2; exit 2");
    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> Collected.from(images, 0))
        .withMessage("the server drains");
  }

  @Test
  void aChildThatBreaksIsQuoted() throws IOException {
    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> served("echo 'java.lang.Oops' >&2; exit 1", ""))
        .withMessageContaining("'retort generate' ended with exit code 1")
        .withMessageContaining("java.lang.Oops");
  }

  @Test
  void whatComesAfterTheImagesIsAFailure() throws IOException {
    ServedImages images = served("", "");
    launcher("", "echo more");
    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> Collected.from(images, 0))
        .withMessageContaining("sends more than");

    launcher("", "echo 'retort: the last request failed' >&2; exit 2");
    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> Collected.from(images, 0))
        .withMessage("the last request failed");
  }

  @Test
  void otherImagesThanThoseAskedForAreRefused() throws IOException {
    ServedImages images = served("", "");
    launcher("first=9", "");

    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> Collected.from(images, 0))
        .withMessageContaining("sends 600 images from image 9 of seed 50 on, but was asked for");
  }

  @Test
  void anotherModelUnderTheSameNameIsRefused() throws IOException {
    ServedImages images = served("", "");
    Files.writeString(folder.resolve("digest"), "def");

    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> Collected.from(images, 0))
        .withMessageContaining("SHA-256 def, before abc");
  }

  @Test
  void aLineThatTellsNothingIsRefused() {
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(() -> served("echo '{\"labels\":3}'", ""))
        .withMessageContaining("where a line should tell its images");
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(() -> served("echo pancakes", ""))
        .withMessageContaining("wrote 'pancakes' where a line should tell its images");
  }

  @Test
  void aLauncherThatIsNotThereIsNamed() {
    Path none = folder.resolve("none");

    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> new ServedImages(none, "127.0.0.1:8001", "", 0, 10))
        .withMessageContaining("cannot be run");
  }
}

package retort.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a script for sh")
class LauncherTest {
  @TempDir private Path folder = Path.of("");

  private Path script(String lines) throws IOException {
    Path script = folder.resolve("retort");
    Files.writeString(script, "#!/bin/sh\n" + lines + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  @Test
  void whatACommandWritesComesBack() throws IOException {
    try (Launcher launcher = new Launcher(script("echo \"$@\" in $(basename \"$PWD\")"))) {
      assertThat(launcher.output("export", "--out", "x"))
          .isEqualTo("export --out x in " + folder.getFileName() + "\n");
    }
  }

  @Test
  void aCommandThatFailsIsNamed() throws IOException {
    try (Launcher launcher = new Launcher(script("exit 3"))) {
      assertThatExceptionOfType(LauncherException.class)
          .isThrownBy(() -> launcher.run("export"))
          .withMessage("'retort export' ended with exit code 3; what it said is above");
    }
  }

  @Test
  void closingItEndsTheChildrenAndTheirs() throws IOException {
    Process child;
    ProcessHandle grandchild;
    try (Launcher launcher = new Launcher(script("sleep 600 & echo $!; wait"))) {
      child = launcher.start(Redirect.DISCARD, "serve");
      long pid = Long.parseLong(child.inputReader().readLine());
      grandchild = ProcessHandle.of(pid).orElseThrow();
      assertThat(grandchild.isAlive()).isTrue();
    }

    assertThat(child.isAlive()).isFalse();
    assertThat(grandchild.onExit().orTimeout(10, TimeUnit.SECONDS).join().isAlive()).isFalse();
  }

  @Test
  void aChildThatIsStartedTooLateIsEnded() throws IOException {
    Launcher launcher = new Launcher(script("exec sleep 600"));
    launcher.close();

    assertThat(launcher.start(Redirect.DISCARD, "serve").isAlive()).isFalse();
    assertThat(launcher.closed()).isTrue();
  }

  @Test
  void aScriptThatIsNotThereIsNamed() {
    assertThatExceptionOfType(LauncherException.class)
        .isThrownBy(() -> new Launcher(folder.resolve("none")))
        .withMessageContaining("none cannot be run; start the command as './retort COMMAND'");
  }
}

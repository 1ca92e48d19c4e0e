package retort.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs commands of other modules in processes of their own, through the script that runs every
 * command. Stages meet in files: no class of theirs is needed here.
 *
 * <p>No child outlives this: closing it ends them all. Any thread may close.
 */
public final class Launcher implements AutoCloseable {
  /** A trainer saves what it has before it ends. */
  private static final long PATIENCE_SECONDS = 15;

  private final Path script;
  private final Path root;
  private final Set<Process> children = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param script the launcher; commands run in its folder
   * @throws LauncherException when it is not there
   */
  public Launcher(Path script) {
    this.script = script.toAbsolutePath();
    this.root = Objects.requireNonNull(this.script.getParent());
    if (!Files.isExecutable(script)) {
      throw new LauncherException(
          "the launcher " + script + " cannot be run; start the command as './retort COMMAND'");
    }
  }

  /** The folder that commands run in. */
  public Path root() {
    return root;
  }

  /** Whether the children were told to end. */
  public boolean closed() {
    return closed;
  }

  /**
   * Runs a command to its end, on this terminal.
   *
   * @throws LauncherException when it fails
   */
  public void run(String... command) {
    requireSuccess(start(Redirect.INHERIT, Redirect.INHERIT, command), command);
  }

  /**
   * Runs a command to its end and returns what it wrote to standard output.
   *
   * @throws LauncherException when it fails
   */
  public String output(String... command) {
    Process child = start(Redirect.PIPE, Redirect.INHERIT, command);
    try {
      String text = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      requireSuccess(child, command);
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a command that goes on by itself.
   *
   * @param errors where its standard error goes; its standard output is the caller's to read
   */
  public Process start(Redirect errors, String... command) {
    return start(Redirect.PIPE, errors, command);
  }

  private Process start(Redirect output, Redirect errors, String... command) {
    List<String> line = new ArrayList<>();
    line.add(script.toString());
    line.addAll(List.of(command));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(root.toFile())
            .redirectOutput(output)
            .redirectError(errors);
    try {
      Process child = builder.start();
      child.getOutputStream().close();
      children.add(child);
      if (closed) {
        end(child);
      }
      return child;
    } catch (IOException e) {
      throw new LauncherException(
          "'retort " + command[0] + "' could not be started: " + e.getMessage(), e);
    }
  }

  private void requireSuccess(Process child, String... command) {
    try {
      int code = child.waitFor();
      children.remove(child);
      if (code != 0) {
        throw new LauncherException(
            "'retort %s' ended with exit code %d; what it said is above"
                .formatted(command[0], code));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LauncherException("interrupted while 'retort " + command[0] + "' ran", e);
    }
  }

  /** Asks a child and its own children to end, then makes them. */
  public static void end(Process child) {
    List<ProcessHandle> family = new ArrayList<>(child.descendants().toList());
    family.add(child.toHandle());
    family.forEach(ProcessHandle::destroy);
    try {
      child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    closed = true;
    children.forEach(Launcher::end);
  }
}

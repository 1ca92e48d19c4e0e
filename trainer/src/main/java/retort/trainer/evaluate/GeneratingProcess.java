package retort.trainer.evaluate;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import retort.command.Launcher;
import retort.command.LauncherException;
import retort.command.OnInterrupt;

/**
 * {@code retort generate --out -} in a process of its own: the line that tells its images, and
 * their bytes as they come. Closing it ends the process, wherever it is.
 */
final class GeneratingProcess implements AutoCloseable {
  private static final String OURS = "retort: ";

  /** What the launcher says while it builds, which is no failure and may take minutes. */
  private static final Pattern NOTICE = Pattern.compile("retort: (building|waiting for) .*");

  private static final int LONGEST_LINE = 1 << 20;

  private final Launcher launcher;
  private final OnInterrupt interrupt;
  private final Process process;
  private final InputStream bytes;
  private final Thread listener;

  /** What it said on standard error that is not told yet; guarded by itself. */
  private final StringBuilder said = new StringBuilder();

  /**
   * Starts it.
   *
   * @param script the launcher, which runs every command
   * @throws LauncherException when it cannot be started
   */
  GeneratingProcess(Path script, List<String> flags) {
    List<String> command = new ArrayList<>(List.of("generate", "--out", "-"));
    command.addAll(flags);
    launcher = new Launcher(script);
    process = launcher.start(Redirect.PIPE, command.toArray(String[]::new));
    interrupt = new OnInterrupt(launcher::close);
    bytes = process.getInputStream();
    listener = new Thread(this::listen, "generate-errors");
    listener.setDaemon(true);
    listener.start();
  }

  private void listen() {
    try (BufferedReader lines = process.errorReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (NOTICE.matcher(line).matches()) {
          System.err.println(line);
        } else {
          synchronized (said) {
            said.append(said.length() == 0 ? "" : System.lineSeparator()).append(line);
          }
        }
      }
    } catch (IOException e) {
      // It was ended, and says no more.
    }
  }

  /** Reads the line that tells the images. */
  RawHeader header() {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = bytes.read(); b != '\n'; b = bytes.read()) {
        if (b < 0) {
          throw failure();
        }
        line.write(b);
        if (line.size() > LONGEST_LINE) {
          break;
        }
      }
      return RawHeader.read(line.toString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads so many bytes.
   *
   * @throws LauncherException when the process ends before, with its own sentence
   */
  byte[] read(int count) {
    try {
      byte[] read = bytes.readNBytes(count);
      if (read.length < count) {
        throw failure();
      }
      return read;
    } catch (IOException e) {
      throw failure();
    }
  }

  /**
   * Waits for its end, after all that was expected.
   *
   * @throws LauncherException when it sends more, or fails
   */
  void requireEnd() {
    try {
      if (bytes.read() >= 0) {
        throw new LauncherException(
            "'retort generate' sends more than the images it was asked for; build Retort again, all"
                + " of one version");
      }
      if (process.waitFor() != 0) {
        throw failure();
      }
    } catch (IOException e) {
      throw failure();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LauncherException("interrupted while 'retort generate' ran", e);
    }
  }

  /** Its sentence for a mistake of the user, else all it said. */
  private LauncherException failure() {
    try {
      int code = process.waitFor();
      listener.join();
      String text;
      synchronized (said) {
        text = said.toString();
      }
      int sentence = text.lastIndexOf(OURS);
      return code == 2 && sentence >= 0
          ? new LauncherException(text.substring(sentence + OURS.length()).strip())
          : new LauncherException(
              "'retort generate' ended with exit code "
                  + code
                  + (code == 0 ? " before it had sent all images" : "")
                  + (text.isEmpty() ? "" : ", and said:" + System.lineSeparator() + text));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new LauncherException("interrupted while 'retort generate' ran", e);
    }
  }

  /** Whether this process was told to end, and so ended that one. */
  boolean interrupted() {
    return interrupt.happened();
  }

  @Override
  public void close() {
    launcher.close();
    interrupt.close();
  }
}

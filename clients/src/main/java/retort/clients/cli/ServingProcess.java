package retort.clients.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.command.Launcher;

/** A server in a process of its own, from its readiness to its end. */
final class ServingProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("ready on (\\S+:\\d+).*");

  private final Process process;
  private final String address;

  private ServingProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts {@code retort serve} and waits until it is ready.
   *
   * @param models the folder to serve
   * @param port 0 for any that is free
   * @param log gets what it writes to standard error
   * @param patience how long it may take
   * @throws DemoException when it ends, or takes longer; the server is gone then
   */
  static ServingProcess start(
      Launcher launcher, Path models, int port, Path log, Duration patience) {
    Process process =
        launcher.start(
            Redirect.appendTo(log.toFile()),
            "serve",
            models.toString(),
            "--port",
            Integer.toString(port));
    CompletableFuture<String> ready = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(process, ready), "server-output");
    reader.setDaemon(true);
    reader.start();
    try {
      return new ServingProcess(process, ready.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      throw failure(process, "was not ready within " + patience.toSeconds() + " s", log, e);
    } catch (ExecutionException e) {
      throw failure(process, "ended before it was ready", log, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(process, "was not awaited", log, e);
    }
  }

  /** Reads to the end, lest the server wait for somebody to read. */
  private static void read(Process process, CompletableFuture<String> ready) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = READY.matcher(line);
        if (matcher.matches()) {
          ready.complete(matcher.group(1));
        }
      }
      ready.completeExceptionally(new DemoException("no line said that it is ready"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private static DemoException failure(Process process, String what, Path log, Exception cause) {
    Launcher.end(process);
    try {
      String said = Files.exists(log) ? Files.readString(log).strip() : "";
      return new DemoException(
          "'retort serve' "
              + what
              + "; "
              + (said.isEmpty() ? "it said nothing" : "it said:" + System.lineSeparator() + said),
          cause);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  String address() {
    return address;
  }

  /** Waits until it ends, which is when somebody ends it. */
  void await() throws InterruptedException {
    process.waitFor();
  }

  /** Lets it finish what it has begun, and ends it. */
  @Override
  public void close() {
    Launcher.end(process);
  }
}

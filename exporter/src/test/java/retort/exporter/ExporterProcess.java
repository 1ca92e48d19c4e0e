package retort.exporter;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A command in a process of its own, which can be sent signals. Its JVM tells which classes it
 * loads, which native methods it links and which others it compiles: by these lines one knows how
 * far it is.
 */
final class ExporterProcess {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader progress;
  private final Path errors;

  private ExporterProcess(Process process, Path errors) {
    this.process = process;
    this.progress = process.inputReader(StandardCharsets.UTF_8);
    this.errors = errors;
  }

  /**
   * Starts a command in which a word that begins with % names a file of the folder.
   *
   * @param folder where the process is
   * @param temporary where its temporary files are
   */
  static ExporterProcess start(Path folder, Path temporary, String line) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"));
    command.addAll(List.of("-Xlog:class+load", "-verbose:jni", "-XX:+PrintCompilation"));
    command.add("-Djava.io.tmpdir=" + temporary);
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", classPath)));
    command.add(Main.class.getName());
    Arrays.stream(line.split(" "))
        .map(word -> word.startsWith("%") ? folder.resolve(word.substring(1)).toString() : word)
        .forEach(command::add);
    Path errors = Files.createTempFile(temporary, "errors", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Process process = builder.redirectError(errors.toFile()).start();
    return new ExporterProcess(process, errors);
  }

  /** Waits for a line with this in it, then for some more. */
  void await(String place, int more) throws IOException {
    String line = progress.readLine();
    while (line != null && !line.contains(place)) {
      line = progress.readLine();
    }
    for (int i = 0; i < more && line != null; i++) {
      line = progress.readLine();
    }
    if (line == null) {
      throw new AssertionError("the command ended too soon: " + Files.readString(errors));
    }
  }

  /**
   * Sends it a signal.
   *
   * @param name without SIG, such as INT
   */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Waits for its end and returns its exit code. */
  int end() throws InterruptedException {
    // It would wait for whoever reads what it says.
    CompletableFuture<Long> rest = CompletableFuture.supplyAsync(() -> progress.lines().count());
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the command did not end");
    }
    rest.join();
    return process.exitValue();
  }

  /** What it has said on standard error. */
  String errors() throws IOException {
    return Files.readString(errors);
  }
}

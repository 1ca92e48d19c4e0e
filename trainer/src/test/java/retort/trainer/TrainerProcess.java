package retort.trainer;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own, which can be killed. */
final class TrainerProcess {
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path log;

  private TrainerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static TrainerProcess start(Path log, List<String> arguments) throws IOException {
    return start(List.of(), log, arguments);
  }

  /** Starts it with so much address space, the JVM's own included. */
  static TrainerProcess startWithin(int mebibytes, Path log, List<String> arguments)
      throws IOException {
    String limited = "ulimit -v " + mebibytes * 1024L + "; exec \"$@\"";
    return start(List.of("sh", "-c", limited, "sh"), log, arguments);
  }

  private static TrainerProcess start(List<String> before, Path log, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    // Such a process lives for a second or two: starting up is most of its work.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"));
    command.addAll(List.of("-Dai.djl.offline=true", "-Djava.awt.headless=true"));
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", classPath)));
    command.add(Main.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
    builder.environment().put("OPT_OUT_TRACKING", "true");
    return new TrainerProcess(builder.start(), log);
  }

  /** Waits for its end and returns its exit code. */
  int end() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the command did not end");
    }
    return process.exitValue();
  }

  /** Kills it after a time, unless it has ended by then. */
  void killAfter(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end once a file is there, as Ctrl-C or a shutdown of the machine would. */
  void terminateOnce(Path file) throws InterruptedException {
    while (!Files.exists(file) && !process.waitFor(5, TimeUnit.MILLISECONDS)) {
      // The process has that long to make the file, or to end.
    }
    process.destroy();
  }

  /** Asks it to end after a time, unless it has ended by then. */
  void terminateAfter(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
    process.destroy();
  }

  /** All that it has printed, and its forerunners with the same log. */
  String output() throws IOException {
    return Files.readString(log);
  }
}

package retort.exporter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import picocli.CommandLine;

/**
 * Ctrl-C and SIGTERM as an interruption of the thread that does a command's work. It unwinds, and
 * whoever began a file removes it.
 *
 * <p>Left to itself the JVM would shut down beside that thread. ONNX Runtime then frees, in a hook
 * that no other can come before, what a session still uses, and the process crashes.
 */
final class Interruption implements AutoCloseable {
  /** A closed terminal, Ctrl-C, and what asks a process to end. */
  private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM");

  /** What shells add to the number of the signal that ended a process. */
  private static final int EXIT = 128;

  private final Thread thread = Thread.currentThread();
  private final List<Runnable> undo = new ArrayList<>();

  /** The signal, or 0; guarded by this object, as is whether it would come too late. */
  private int signal;

  private boolean tooLate;

  private Interruption() {}

  /**
   * Does the work of a command, from the first file to the last.
   *
   * @param work says when it is {@link #tooLate}, and returns the exit code
   * @return its exit code, or that of the signal
   */
  static int during(CommandLine command, ToIntFunction<Interruption> work) {
    try (Interruption interruption = new Interruption()) {
      for (String name : SIGNALS) {
        interruption.undo.add(Signals.receive(name, interruption::receive));
      }
      try {
        return work.applyAsInt(interruption);
      } catch (RuntimeException e) {
        int code = interruption.exitCode();
        if (code == 0) {
          throw e;
        }
        command.getErr().println("retort: stopped; nothing was written");
        return code;
      }
    }
  }

  private synchronized void receive(int number) {
    if (!tooLate && signal == 0) {
      signal = number;
      thread.interrupt();
    }
  }

  /** Says that the file is in its place: what is left is soon done, and no signal stops it. */
  synchronized void tooLate() {
    tooLate = true;
    if (signal != 0) {
      // It came after the last write, and must not stop those that follow.
      signal = 0;
      Thread.interrupted();
    }
  }

  private synchronized int exitCode() {
    return signal == 0 ? 0 : EXIT + signal;
  }

  @Override
  public void close() {
    undo.forEach(Runnable::run);
  }
}

package retort.trainer;

import picocli.CommandLine.Option;

/** Flags about making what a step learns from ahead of it. */
final class LoaderOptions {
  @Option(
      names = "--loader-threads",
      paramLabel = "N",
      description =
          "Threads that make images, noise and labels ahead of the steps; they change no number. What"
              + " is still waited for is 'wait_share' in stats.jsonl. 0: each step makes its own."
              + " Default: ${DEFAULT-VALUE}.")
  private int threads = 1;

  int threads() {
    return threads;
  }

  /** Refuses a number that cannot be, before anything is read or written. */
  void check() {
    if (threads < 0) {
      throw new IllegalArgumentException(
          "--loader-threads is " + threads + " but should be at least 0");
    }
  }
}

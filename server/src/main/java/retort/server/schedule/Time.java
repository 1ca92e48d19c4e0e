package retort.server.schedule;

/** A clock that never goes back. */
public interface Time {
  /** Nanoseconds since some fixed moment; only differences mean something. */
  long nanos();

  /** The clock of the machine. */
  static Time ofMachine() {
    return System::nanoTime;
  }
}

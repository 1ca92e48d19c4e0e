package retort.server.schedule;

import java.util.OptionalLong;

/** What the {@link FrameClock} keeps going. Called by any thread. */
interface Ticking {
  /** When to tick next, in nanoseconds of {@link Time}; empty while there is nothing to do. */
  OptionalLong due();

  /** Does what is due. Called by the clock. */
  void tick(long now);

  /** Ends early. */
  void stop(RuntimeException reason);

  /** Whether nothing more comes. */
  boolean over();
}

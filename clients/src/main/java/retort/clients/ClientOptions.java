package retort.clients;

import java.time.Duration;

/**
 * How long a client waits and how long it tries.
 *
 * @param deadline for an answer where a call is given no other, its repetitions included, and for
 *     each connection of a stream to be made; a stream, once begun, has none
 * @param patience how long a client goes on trying while no server answers, for a stream since its
 *     last frame; 0: every address is tried once
 * @param silence how long a frame may be overdue before its connection is given up and the stream
 *     taken up elsewhere; periods of the stream's clock and pauses are added to it
 */
public record ClientOptions(Duration deadline, Duration patience, Duration silence) {
  private static final Duration LONGEST = Duration.ofDays(365);

  /** 30 seconds for an answer, 30 of patience, 5 of silence. */
  public static final ClientOptions DEFAULT =
      new ClientOptions(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(5));

  public ClientOptions {
    requirePositive("deadline", deadline);
    requirePositive("silence", silence);
    if (patience.isNegative() || patience.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "patience is " + patience + " but should be 0 to " + LONGEST.toDays() + " days");
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name
              + " is "
              + value
              + " but should be above 0 and at most "
              + LONGEST.toDays()
              + " days");
    }
  }

  /** These options with another deadline. */
  public ClientOptions withDeadline(Duration newDeadline) {
    return new ClientOptions(newDeadline, patience, silence);
  }

  /** These options with another patience. */
  public ClientOptions withPatience(Duration newPatience) {
    return new ClientOptions(deadline, newPatience, silence);
  }

  /** These options with another silence. */
  public ClientOptions withSilence(Duration newSilence) {
    return new ClientOptions(deadline, patience, newSilence);
  }
}

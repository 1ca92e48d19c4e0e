package retort.clients;

import io.grpc.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was tried since a call, or a stream's last frame, went well, and whether to try again. Every
 * replica is tried at once; only then is there a pause, longer each time. Times are those of {@link
 * System#nanoTime}. Not thread-safe.
 */
final class Outage {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Backoff backoff;
  private final long patienceNanos;

  /** The newest failure of each replica. */
  private final Map<String, RetortException> failures = new LinkedHashMap<>();

  private int attempts;
  private long begun;
  private long ended;
  private @Nullable RetortException last;

  Outage(Backoff backoff, Duration patience) {
    this.backoff = backoff;
    this.patienceNanos = patience.toNanos();
  }

  /** All is well: what was tried is forgotten. */
  void over() {
    failures.clear();
    attempts = 0;
    last = null;
  }

  /**
   * Notes a failure.
   *
   * @param replicas how many there are to try
   * @param resumes whether it was the rest of a stream that was asked for
   * @return nanoseconds to wait before the next attempt; empty when there should be none
   */
  OptionalLong failed(
      Replica replica, RetortException failure, int replicas, boolean resumes, long now) {
    if (attempts == 0) {
      begun = now;
    }
    attempts++;
    ended = now;
    last = failure;
    failures.remove(replica.toString());
    failures.put(replica.toString(), failure);
    boolean later = mayPass(failure.code(), resumes);
    if (!later && !mayDifferElsewhere(failure.code(), resumes)) {
      // Others would say the same, so what they said before does not matter.
      failures.keySet().removeIf(name -> !name.equals(replica.toString()));
      return OptionalLong.empty();
    }
    if (attempts < replicas) {
      return OptionalLong.of(0);
    }
    if (failures.values().stream().noneMatch(one -> mayPass(one.code(), resumes))) {
      return OptionalLong.empty();
    }
    long wait = attempts % replicas == 0 ? backoff.nanos(attempts / replicas) : 0;
    return now - begun + wait < patienceNanos ? OptionalLong.of(wait) : OptionalLong.empty();
  }

  /** The server may answer otherwise later. One that is full has been asked to take a stream up. */
  private static boolean mayPass(Status.Code code, boolean resumes) {
    return code == Status.Code.UNAVAILABLE || (resumes && code == Status.Code.RESOURCE_EXHAUSTED);
  }

  /** Another server may have room, or the model; a token is invalid where the model differs. */
  private static boolean mayDifferElsewhere(Status.Code code, boolean resumes) {
    return code == Status.Code.RESOURCE_EXHAUSTED
        || code == Status.Code.NOT_FOUND
        || (resumes && code == Status.Code.INVALID_ARGUMENT);
  }

  /** What to tell the user once no attempt follows: the last failure, and what else was tried. */
  RetortException failure() {
    RetortException told = Objects.requireNonNull(last);
    if (attempts == 1) {
      return told;
    }
    String tried =
        String.format(
            Locale.ROOT,
            "tried %d times in %.1f seconds",
            attempts,
            (ended - begun) / NANOS_PER_SECOND);
    if (failures.size() == 1) {
      return told.saying(told.getMessage() + " (" + tried + ")");
    }
    return told.saying(
        "no replica answers, "
            + tried
            + ": "
            + failures.entrySet().stream()
                .map(one -> one.getKey() + ": " + one.getValue().getMessage())
                .collect(Collectors.joining("; ")));
  }
}

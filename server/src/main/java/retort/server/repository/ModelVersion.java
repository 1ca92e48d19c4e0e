package retort.server.repository;

import java.util.Optional;
import retort.server.generator.Network;
import retort.server.generator.NetworkUse;

/**
 * A version of a model and how it stands.
 *
 * @param number 1 or more
 * @param state whether it runs
 * @param message why it does not; where it runs, why a newer file of it was refused; else empty
 * @param held what runs: the repository's own use, present when it is ready
 */
public record ModelVersion(long number, State state, String message, Optional<NetworkUse> held) {
  /** How a version stands. */
  public enum State {
    /** It is being opened and checked. */
    LOADING,

    /** It runs. */
    READY,

    /** Its file cannot be served. */
    FAILED,

    /** It was taken away, and comes back when it is asked for. */
    UNLOADED
  }

  public ModelVersion {
    if (held.isPresent() != (state == State.READY)) {
      throw new IllegalArgumentException(
          "version " + number + " is " + state + " and must hold a network if it is ready only");
    }
  }

  static ModelVersion loading(long number) {
    return new ModelVersion(number, State.LOADING, "it is being loaded", Optional.empty());
  }

  static ModelVersion ready(long number, NetworkUse network) {
    return new ModelVersion(number, State.READY, "", Optional.of(network));
  }

  static ModelVersion failed(long number, String message) {
    return new ModelVersion(number, State.FAILED, message, Optional.empty());
  }

  static ModelVersion unloaded(long number) {
    return new ModelVersion(
        number, State.UNLOADED, "it was unloaded; load it to serve it again", Optional.empty());
  }

  /** It, its newer file refused. */
  ModelVersion withMessage(String why) {
    return new ModelVersion(number, state, why, held);
  }

  /** What runs, to be looked at; to run it, {@linkplain #use take a use}. */
  public Optional<Network> network() {
    return held.map(NetworkUse::network);
  }

  /** A use for the caller to close; empty where nothing runs, or it was replaced just now. */
  public Optional<NetworkUse> use() {
    return held.flatMap(NetworkUse::again);
  }
}

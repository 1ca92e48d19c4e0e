package retort.server.repository;

import retort.server.repository.ModelVersion.State;

/**
 * A version that a repository holds.
 *
 * @param file as it lay when it was last tried
 * @param version what came of it
 */
record HeldVersion(ModelFile file, ModelVersion version) {
  boolean ready() {
    return version.state() == State.READY;
  }

  /** Whether there is nothing to do for a file. */
  boolean settles(ModelFile found, boolean tryAgain) {
    boolean well = ready() && version.message().isEmpty();
    boolean known = file.equals(found) && version.state() != State.UNLOADED;
    return known && (well || !tryAgain);
  }
}

package retort.server.oip;

import java.util.List;
import java.util.Optional;
import retort.server.generator.GeneratorHandle;
import retort.server.generator.Network;
import retort.server.tensor.TensorModel;

/** The models that a server holds, as the protocol sees them. Safe for any number of threads. */
public interface Models {
  /** The version that is meant where none is named: the newest that is ready. */
  long NEWEST = 0;

  /** How a version stands. */
  enum State {
    READY,
    LOADING,
    UNAVAILABLE
  }

  /**
   * A version of a model.
   *
   * @param number from 1
   * @param reason why it is not ready; else empty
   */
  record Version(String model, long number, State state, String reason) {}

  /**
   * A version that is ready, and stays open until this is closed, which more than once is no harm.
   */
  interface Hold extends AutoCloseable {
    /** Its number, from 1. */
    long version();

    /** What runs. */
    Network network();

    /** The same, by what it takes and gives. */
    TensorModel tensors();

    /**
     * What makes its images, where it makes any: the same each time, closed with this. It moves on
     * to newer versions that make the like.
     */
    Optional<GeneratorHandle> frames();

    @Override
    void close();
  }

  /** All versions, ready or not, the newest of a model first. */
  List<Version> versions();

  /**
   * Takes hold of a version.
   *
   * @param version its number, or {@link #NEWEST}
   * @return empty where it is not ready; the caller closes it
   */
  Optional<Hold> hold(String model, long version);

  /**
   * Loads a model, or what is new of it; takes as long as opening its file does.
   *
   * @throws retort.server.generator.GeneratorException when it cannot be had, saying why
   * @throws retort.server.schedule.RefusedException when this server does not do that
   */
  void load(String model);

  /** Takes a model away; throws as {@link #load} does. */
  void unload(String model);
}

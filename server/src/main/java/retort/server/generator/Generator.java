package retort.server.generator;

import java.util.List;
import retort.denoiser.ImageShape;

/**
 * A one-step network ready to run, and what must be known to use it. Any number of threads may use
 * it at once, each with a lane of its own.
 */
public interface Generator extends Network {
  /** Of its images; 1 channel is grey, 3 are red, green, blue. */
  ImageShape shape();

  /** The name of each label, in the order of their numbers; empty without labels. */
  List<String> labelNames();

  /** How it was distilled; empty where the file does not say. */
  String method();

  /**
   * Memory for the runs of one thread, which closes it. Taking one costs little: it is kept from
   * user to user.
   *
   * @throws GeneratorException when the generator was closed
   */
  Lane lane();
}

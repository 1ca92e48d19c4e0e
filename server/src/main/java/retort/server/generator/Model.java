package retort.server.generator;

import java.util.Optional;

/**
 * What a server holds under a name.
 *
 * @param name of the file, without {@code .onnx}
 * @param generator absent when the file cannot be served
 * @param failure why not, in a sentence; else empty
 */
public record Model(String name, Optional<Generator> generator, String failure) {
  public Model {
    if (generator.isPresent() != failure.isEmpty()) {
      throw new IllegalArgumentException(
          "model " + name + " must either run or say why it does not");
    }
  }
}

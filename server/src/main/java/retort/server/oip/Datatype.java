package retort.server.oip;

import java.util.Optional;
import retort.inference.DataType;
import retort.server.tensor.ElementType;

/** The names that the protocol has for types: one in requests, one in configurations. */
final class Datatype {
  private Datatype() {}

  /** As in metadata, requests and answers. */
  static String name(ElementType type) {
    return type == ElementType.STRING ? "BYTES" : type.name();
  }

  /** The type of a name; empty where there is no such. */
  static Optional<ElementType> of(String name) {
    for (ElementType type : ElementType.values()) {
      if (name(type).equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** As in a configuration. */
  static DataType configured(ElementType type) {
    return DataType.valueOf("TYPE_" + type.name());
  }
}

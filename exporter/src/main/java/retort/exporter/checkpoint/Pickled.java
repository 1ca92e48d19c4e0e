package retort.exporter.checkpoint;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle may hold: inert values. Beside these there are {@link String}, {@link Boolean},
 * {@link Long}, {@link BigInteger}, {@link Double}, {@link ElementType}, {@link Storage} and {@link
 * StoredTensor}. All but texts and numbers compare by identity, for a pickle may tie them in knots.
 */
interface Pickled {
  /** Python's None. */
  enum None implements Pickled {
    NONE
  }

  /** A list, tuple or set. */
  final class Items implements Pickled {
    final List<Object> list;

    Items(List<Object> list) {
      this.list = list;
    }
  }

  /** A dictionary of whatever class, in its order. */
  final class Entries implements Pickled {
    final Map<Object, Object> map = new LinkedHashMap<>();

    /** The value of a key, or null. */
    @Nullable Object get(String key) {
      return map.get(key);
    }
  }

  /** Bytes, or a text too long to be a name, which stay in the file. */
  final class Blob implements Pickled {
    final ByteSource bytes;

    Blob(ByteSource bytes) {
      this.bytes = bytes;
    }
  }

  /** Something of the list of what a pickle may name: it makes a value and runs nothing. */
  record Global(String name, Maker maker) implements Pickled {}

  /** Makes the value of a call in a pickle. */
  @FunctionalInterface
  interface Maker {
    Object make(Call call);
  }

  /**
   * An object of a known class, of which there are only the data: nothing of the class exists here.
   */
  final class Instance implements Pickled {
    private final String className;
    final List<Object> arguments;

    /** What the object is set to afterwards; none before that. */
    Object state = None.NONE;

    Instance(String className, List<Object> arguments) {
      this.className = className;
      this.arguments = arguments;
    }

    /**
     * An object of EDM's persistent classes. What it says of itself is looked at only when
     * everything is read, since a network that refers to itself is made before it is described.
     */
    static Instance persistent(Entries meta) {
      return new Instance(Torch.PERSISTENT, new ArrayList<>(List.of(meta)));
    }

    private Optional<Entries> meta() {
      return className.equals(Torch.PERSISTENT)
              && !arguments.isEmpty()
              && arguments.get(0) instanceof Entries meta
          ? Optional.of(meta)
          : Optional.empty();
    }

    /** The name of the class, without its modules where it is one of EDM's. */
    String className() {
      return meta().map(meta -> meta.get("class_name")).orElse(className) instanceof String name
          ? name
          : className;
    }

    /** The object's attributes; none where it has no dictionary of them. */
    Entries attributes() {
      Object found = meta().map(meta -> meta.get("state")).orElse(state);
      if (found instanceof Items pair && !pair.list.isEmpty()) {
        found = pair.list.get(0); // Attributes and slots.
      }
      return found instanceof Entries entries ? entries : new Entries();
    }
  }
}

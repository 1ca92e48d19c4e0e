package retort.graph;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The constant arguments of a node, by ONNX name: {@code Long}, {@code Double}, {@code String},
 * {@code long[]}, {@code double[]} or {@link Tensor}.
 */
public final class Attributes {
  private static final Attributes NONE = new Attributes(new TreeMap<>());

  private final SortedMap<String, Object> values;

  private Attributes(SortedMap<String, Object> values) {
    this.values = values;
  }

  public static Attributes none() {
    return NONE;
  }

  /** These attributes and one more. */
  public Attributes with(String name, long value) {
    return plus(name, value);
  }

  /** These attributes and one more. */
  public Attributes with(String name, double value) {
    return plus(name, value);
  }

  /** These attributes and one more. */
  public Attributes with(String name, String value) {
    return plus(name, value);
  }

  /** These attributes and one more. */
  public Attributes with(String name, long[] value) {
    return plus(name, value.clone());
  }

  /** These attributes and one more. */
  public Attributes with(String name, double[] value) {
    return plus(name, value.clone());
  }

  /** These attributes and one more. */
  public Attributes with(String name, Tensor value) {
    return plus(name, value);
  }

  private Attributes plus(String name, Object value) {
    SortedMap<String, Object> copy = new TreeMap<>(values);
    copy.put(name, value);
    return new Attributes(copy);
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** An integer, or {@code otherwise} when the attribute is absent. */
  public long integer(String name, long otherwise) {
    return get(name, Long.class).orElse(otherwise);
  }

  /** A real number, or {@code otherwise} when the attribute is absent. */
  public double real(String name, double otherwise) {
    return get(name, Double.class).orElse(otherwise);
  }

  /** A text, or {@code otherwise} when the attribute is absent. */
  public String text(String name, String otherwise) {
    return get(name, String.class).orElse(otherwise);
  }

  /** A list of integers, or {@code otherwise} when the attribute is absent. */
  public long[] integers(String name, long... otherwise) {
    return get(name, long[].class).map(long[]::clone).orElse(otherwise);
  }

  /** A list of real numbers, or {@code otherwise} when the attribute is absent. */
  public double[] reals(String name, double... otherwise) {
    return get(name, double[].class).map(double[]::clone).orElse(otherwise);
  }

  public Optional<Tensor> tensor(String name) {
    return get(name, Tensor.class);
  }

  /** Every attribute, sorted by name. */
  public Map<String, Object> asMap() {
    return Collections.unmodifiableMap(values);
  }

  private <T> Optional<T> get(String name, Class<T> type) {
    Object value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw new GraphException(
          "attribute "
              + name
              + " should be a "
              + type.getSimpleName()
              + " but is a "
              + value.getClass().getSimpleName());
    }
    return Optional.of(type.cast(value));
  }

  @Override
  public String toString() {
    return values.keySet().toString();
  }
}

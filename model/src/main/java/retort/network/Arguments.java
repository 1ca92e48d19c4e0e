package retort.network;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The arguments with which a published network was constructed, as its file records them. An
 * argument that is absent or null has the default of the published code.
 */
public final class Arguments {
  private final Map<String, ?> values;
  private final Set<String> read = new HashSet<>();

  /**
   * All arguments of a network.
   *
   * @param values booleans, numbers, texts, and lists of these, by name
   */
  public Arguments(Map<String, ?> values) {
    this.values = values;
  }

  /** Whether the file says anything of an argument. */
  public boolean has(String name) {
    read.add(name);
    return values.get(name) != null;
  }

  /** Whether the file says that an argument is null, which is not always its default. */
  public boolean isNull(String name) {
    return !has(name) && values.containsKey(name);
  }

  /** Whether an argument is a list. */
  public boolean isList(String name) {
    return has(name) && values.get(name) instanceof List<?>;
  }

  /** A whole number. */
  public int integer(String name, int otherwise) {
    return has(name) ? Math.toIntExact(whole(name, values.get(name))) : otherwise;
  }

  /** A whole number without which there is no network. */
  public int integer(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(
          "the configuration does not say '" + name + "', a whole number; add it");
    }
    return integer(name, 0);
  }

  /** A number. */
  public double decimal(String name, double otherwise) {
    return has(name) ? number(name, values.get(name)) : otherwise;
  }

  /** A word. */
  public String text(String name, String otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (values.get(name) instanceof String text) {
      return text;
    }
    throw wrong(name, values.get(name), "a text");
  }

  /** True or false. */
  public boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (values.get(name) instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, values.get(name), "true or false");
  }

  /** Whole numbers. */
  public List<Integer> integers(String name, List<Integer> otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    List<Integer> integers = new ArrayList<>();
    for (Object element : list(name)) {
      integers.add(Math.toIntExact(whole(name, element)));
    }
    return integers;
  }

  /** Numbers. */
  public List<Double> decimals(String name, List<Double> otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    List<Double> decimals = new ArrayList<>();
    for (Object element : list(name)) {
      decimals.add(number(name, element));
    }
    return decimals;
  }

  /** Words. */
  public List<String> texts(String name, List<String> otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    List<String> texts = new ArrayList<>();
    for (Object element : list(name)) {
      if (!(element instanceof String text)) {
        throw wrong(name, values.get(name), "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** The arguments that nobody asked for, which the network would not honour. */
  public Set<String> unread() {
    Set<String> unread = new TreeSet<>(values.keySet());
    unread.removeAll(read);
    return unread;
  }

  private List<?> list(String name) {
    if (values.get(name) instanceof List<?> list) {
      return list;
    }
    throw wrong(name, values.get(name), "a list");
  }

  private static double number(String name, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(name, value, "a number");
  }

  private static long whole(String name, @Nullable Object value) {
    double number = number(name, value);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw wrong(name, value, "a whole number");
    }
    return (long) number;
  }

  private static IllegalArgumentException wrong(
      String name, @Nullable Object value, String expected) {
    return new IllegalArgumentException(
        "argument '" + name + "' of the network is " + value + " but should be " + expected);
  }
}

package retort.clients.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is said of inputs on the command line: {@code input=1,3,224,224}, {@code fps=20}. */
final class GivenInputs {
  private GivenInputs() {}

  /**
   * Reads them, by the names of the inputs.
   *
   * @throws IllegalArgumentException when one is something else
   */
  static Map<String, long[]> shapes(List<String> flags) {
    Map<String, long[]> shapes = new TreeMap<>();
    for (String flag : flags) {
      int equals = flag.lastIndexOf('=');
      String dimensions = flag.substring(equals + 1);
      if (equals < 1 || !dimensions.matches("\\d{1,9}(,\\d{1,9})*")) {
        throw new IllegalArgumentException(
            "--shape is '" + flag + "' but should be like input=1,3,224,224");
      }
      shapes.put(
          flag.substring(0, equals),
          Arrays.stream(dimensions.split(",")).mapToLong(Long::parseLong).toArray());
    }
    return shapes;
  }

  /**
   * Reads numbers of inputs, by the names of the inputs: {@code fps=20}.
   *
   * @throws IllegalArgumentException when one is something else
   */
  static Map<String, Double> values(List<String> flags) {
    Map<String, Double> values = new TreeMap<>();
    for (String flag : flags) {
      int equals = flag.lastIndexOf('=');
      String number = flag.substring(equals + 1);
      if (equals < 1 || !number.matches("-?\\d{1,15}(\\.\\d{1,15})?")) {
        throw new IllegalArgumentException("--value is '" + flag + "' but should be like fps=20");
      }
      values.put(flag.substring(0, equals), Double.valueOf(number));
    }
    return values;
  }
}

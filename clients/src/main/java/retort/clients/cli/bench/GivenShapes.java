package retort.clients.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Shapes of inputs as they stand on the command line: {@code input=1,3,224,224}. */
final class GivenShapes {
  private GivenShapes() {}

  /**
   * Reads them, by the names of the inputs.
   *
   * @throws IllegalArgumentException when one is something else
   */
  static Map<String, long[]> parse(List<String> flags) {
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
}

package retort.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Gives the flags of a command that were not typed the values of a preset. */
final class Presets {
  private Presets() {}

  /**
   * Sets every flag of the method that was left out, and refuses those that it does not have.
   *
   * @param spec the command, parsed
   * @param method whose table to take
   * @param preset the table's column
   * @return the values of all flags of the method, as they are now, by name without dashes
   * @throws IllegalArgumentException when there is no such preset or a flag is another method's
   */
  static Map<String, String> resolve(CommandSpec spec, DistillMethod method, String preset) {
    Map<String, String> values = method.table().values(preset);
    ParseResult given = spec.commandLine().getParseResult();
    for (DistillMethod other : DistillMethod.values()) {
      for (String flag : other.table().flags()) {
        if (given.hasMatchedOption(flag) && !values.containsKey(flag)) {
          throw new IllegalArgumentException(
              flag + " is given but --method " + method + " has no use for it; " + owners(flag));
        }
      }
    }
    Map<String, String> resolved = new LinkedHashMap<>();
    values.forEach(
        (flag, value) -> {
          OptionSpec option = spec.findOption(flag);
          if (!given.hasMatchedOption(flag)) {
            set(option, value);
          }
          resolved.put(flag.substring(2), String.valueOf(option.<Object>getValue()));
        });
    return resolved;
  }

  private static String owners(String flag) {
    TreeSet<String> owners = new TreeSet<>();
    for (DistillMethod method : DistillMethod.values()) {
      if (method.table().flags().contains(flag)) {
        owners.add(method.toString());
      }
    }
    return "it belongs to " + String.join(", ", owners) + "; leave it out";
  }

  private static void set(OptionSpec option, String value) {
    Class<?> type = option.type();
    Object converted;
    if (type == double.class) {
      converted = Double.valueOf(value);
    } else if (type == int.class) {
      converted = Integer.valueOf(value);
    } else if (type == long.class) {
      converted = Long.valueOf(value);
    } else {
      converted = value;
    }
    try {
      option.setValue(converted);
    } catch (CommandLine.PicocliException e) {
      throw new IllegalStateException(option.longestName() + " cannot be " + value, e);
    }
  }
}

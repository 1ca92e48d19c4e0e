package retort.exporter;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The flags that a user gave: one that says nothing of the file at hand is a mistake. */
final class GivenFlags {
  private final CommandSpec spec;

  GivenFlags(CommandSpec spec) {
    this.spec = spec;
  }

  /**
   * Refuses any flag of a group of options.
   *
   * @param options the group, mixed in under its simple name
   * @param reason why, the end of a sentence that begins with the flag
   */
  void refuse(Class<?> options, String reason) {
    Objects.requireNonNull(spec.mixins().get(options.getSimpleName()))
        .options()
        .forEach(option -> refuse(List.of(option.names()), reason));
  }

  /** Refuses flags by their names. */
  void refuse(List<String> names, String reason) {
    Set<OptionSpec> given = spec.commandLine().getParseResult().matchedOptionsSet();
    for (String name : names) {
      if (given.stream().anyMatch(option -> Arrays.asList(option.names()).contains(name))) {
        throw new IllegalArgumentException(name + " " + reason);
      }
    }
  }
}

package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;

/** The tables of published hyper-parameters, as the command takes them. */
class PresetsTest {
  private static Stream<List<Object>> presets() {
    return Arrays.stream(DistillMethod.values())
        .flatMap(method -> method.table().presets().stream().map(name -> List.of(method, name)));
  }

  private static CommandSpec parsed(DistillMethod method, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("distill", "--method", method.toString(), "--teacher", "t", "--out", "o"));
    arguments.addAll(List.of(more));
    return Main.commandLine()
        .parseArgs(arguments.toArray(new String[0]))
        .subcommand()
        .commandSpec();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("presets")
  void everyPresetGivesEachFlagOfItsMethodAValue(List<Object> row) {
    DistillMethod method = (DistillMethod) row.get(0);
    String preset = (String) row.get(1);

    Map<String, String> resolved = Presets.resolve(parsed(method), method, preset);

    Map<String, String> table = method.table().values(preset);
    assertThat(resolved).hasSameSizeAs(table);
    table.forEach(
        (flag, value) ->
            assertThat(resolved.get(flag.substring(2)))
                .as(flag)
                .matches(actual -> same(actual, value), "is " + value));
  }

  private static boolean same(String actual, String expected) {
    try {
      return Double.parseDouble(actual) == Double.parseDouble(expected);
    } catch (NumberFormatException e) {
      return actual.equals(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(DistillMethod.class)
  void aTypedFlagWinsOverThePreset(DistillMethod method) {
    Map<String, String> resolved =
        Presets.resolve(parsed(method, "--generator-lr", "0.5"), method, "small");

    assertThat(resolved).containsEntry("generator-lr", "0.5");
  }

  @ParameterizedTest
  @EnumSource(DistillMethod.class)
  void aFlagOfAnotherMethodIsRefused(DistillMethod method) {
    for (DistillMethod other : DistillMethod.values()) {
      for (String flag : other.table().flags()) {
        if (!method.table().flags().contains(flag)) {
          CommandSpec spec =
              parsed(method, flag, Objects.requireNonNull(other.table().values("small").get(flag)));

          assertThatThrownBy(() -> Presets.resolve(spec, method, "small"))
              .as(flag)
              .hasMessageContaining(flag + " is given but --method " + method)
              .hasMessageContaining(other.toString());
        }
      }
    }
  }
}

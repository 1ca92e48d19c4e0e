package retort.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the help of every module's commands must be like. A module's test extends this and names its
 * commands; it runs in that module.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class HelpContract {
  private static final int WIDTH = 80;

  private final CommandLine line;
  private final List<String> insteadOfDefault;

  /**
   * Checks the commands of a line.
   *
   * @param insteadOfDefault what a flag's description may say instead of its default
   */
  protected HelpContract(CommandLine line, String... insteadOfDefault) {
    this.line = line;
    this.insteadOfDefault = List.of(insteadOfDefault);
  }

  Collection<CommandLine> commands() {
    return line.getSubcommands().values();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyFlagIsExplainedWithItsDefault(CommandLine command) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (option.hidden()) {
        continue;
      }
      String description = String.join(" ", option.description());
      assertThat(description).as(option.longestName()).endsWith(".");
      if (!option.required() && !option.usageHelp() && !option.versionHelp()) {
        assertThat(description)
            .as(option.longestName())
            .satisfiesAnyOf(
                text -> assertThat(text).contains("Default: "),
                text -> assertThat(insteadOfDefault).anyMatch(text::contains));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void defaultsAreShownAsValues(CommandLine command) {
    String help = command.getUsageMessage(Ansi.OFF);

    assertThat(help).doesNotContain(": null", "${");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anExampleCanBeCopiedFromAnEightyColumnTerminal(CommandLine command) {
    List<String> footer = Arrays.asList(command.getCommandSpec().usageMessage().footer());

    assertThat(footer).anyMatch(line -> line.startsWith("Example"));
    assertThat(footer).anyMatch(line -> line.startsWith("  retort " + command.getCommandName()));
    assertThat(footer)
        .filteredOn(line -> line.startsWith(" "))
        .allMatch(line -> line.length() <= WIDTH);
  }

  @Test
  void theListOfCommandsSaysWhatEachDoes() {
    String help = line.getUsageMessage(Ansi.OFF);

    assertThat(commands()).isNotEmpty();
    for (CommandLine command : commands()) {
      assertThat(help).contains(command.getCommandName());
      assertThat(command.getCommandSpec().usageMessage().description()).hasSize(1);
    }
  }
}

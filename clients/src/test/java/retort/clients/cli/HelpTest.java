package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
  private static final int WIDTH = 80;

  static Collection<CommandLine> commands() {
    return Main.commandLine().getSubcommands().values();
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
        assertThat(description).as(option.longestName()).contains("Default: ");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void defaultsAreShownAsValues(CommandLine command) {
    String help = command.getUsageMessage(Ansi.OFF);

    assertThat(help).doesNotContain("null", "${");
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
    String help = Main.commandLine().getUsageMessage(Ansi.OFF);

    assertThat(commands()).isNotEmpty();
    for (CommandLine command : commands()) {
      assertThat(help).contains(command.getCommandName());
      assertThat(command.getCommandSpec().usageMessage().description()).hasSize(1);
    }
  }
}

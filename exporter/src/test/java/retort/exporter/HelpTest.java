package retort.exporter;

import retort.command.HelpContract;

class HelpTest extends HelpContract {
  HelpTest() {
    super(Main.commandLine());
  }
}

package retort.clients.cli;

import retort.command.HelpContract;

class HelpTest extends HelpContract {
  HelpTest() {
    super(Main.commandLine());
  }
}

package retort.server;

import retort.command.HelpContract;

class HelpTest extends HelpContract {
  HelpTest() {
    super(Main.commandLine());
  }
}

package retort.trainer;

import retort.command.HelpContract;

class HelpTest extends HelpContract {
  HelpTest() {
    super(Main.commandLine(), "goes with --features");
  }
}

package retort.server;

/** What numbers of flags may be. */
final class Ranges {
  private Ranges() {}

  static void require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          option + " is " + value + " but should be from " + least + " to " + most);
    }
  }
}

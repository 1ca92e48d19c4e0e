package retort.denoiser;

import java.util.OptionalInt;

/**
 * The input of a network that takes a label: an integer in [N] or [N, 1], or a row of weights in
 * [N, K].
 *
 * @param name of the input
 * @param rows how many labels the network knows, the null label included
 * @param nullLabel the label that means none, where the network has one; it is not among ours,
 *     where all zeros mean none
 */
public record LabelInput(String name, int rows, OptionalInt nullLabel) {
  public LabelInput {
    if (rows < 1) {
      throw new IllegalArgumentException(
          "--labels is " + rows + " but the network needs at least one label");
    }
    if (nullLabel.isPresent() && (nullLabel.getAsInt() < 0 || nullLabel.getAsInt() >= rows)) {
      throw new IllegalArgumentException(
          "--null-label is "
              + nullLabel.getAsInt()
              + " but the network knows the labels 0 to "
              + (rows - 1)
              + ", the null label included");
    }
  }

  /** How many labels remain to choose from. */
  public int labels() {
    return nullLabel.isPresent() ? rows - 1 : rows;
  }

  /** The network's number of one of our labels. */
  int row(int label) {
    return nullLabel.isPresent() && label >= nullLabel.getAsInt() ? label + 1 : label;
  }
}

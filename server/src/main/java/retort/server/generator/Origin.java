package retort.server.generator;

/**
 * What one image is made from: a point on the way from the noise of a seed to that of the next.
 *
 * @param seed decides the noise; any value
 * @param label a label's number, or {@link #NO_LABEL}
 * @param blend how far towards the image of {@code seed + 1} (wrapping) and of {@code nextLabel}
 * @param nextLabel the label on the other side, or {@link #NO_LABEL}
 */
public record Origin(long seed, int label, double blend, int nextLabel) {
  /** Unconditional: all label inputs are 0. */
  public static final int NO_LABEL = -1;

  public Origin {
    if (label < NO_LABEL || nextLabel < NO_LABEL || !(blend >= 0 && blend < 1)) {
      throw new IllegalArgumentException(
          "label "
              + label
              + ", blend "
              + blend
              + ", next label "
              + nextLabel
              + ": labels are numbers from 0 or -1 for none, and blend lies in [0, 1)");
    }
  }

  /** The image of a seed itself. */
  public static Origin of(long seed, int label) {
    return new Origin(seed, label, 0, label);
  }
}

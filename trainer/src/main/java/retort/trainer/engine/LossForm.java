package retort.trainer.engine;

/**
 * How losses are computed when they are differentiated.
 *
 * @param segments into how many parts they are cut: more take less memory and up to one more
 *     forward pass; the last bits of gradients depend on it
 * @param halfProducts whether convolutions, matrix products and attention are computed in bfloat16:
 *     weights, sums and everything else stay float32
 */
public record LossForm(int segments, boolean halfProducts) {
  /** In one piece and in float32. */
  public static final LossForm WHOLE = new LossForm(1, false);

  public LossForm {
    if (segments < 1) {
      throw new IllegalArgumentException(
          "losses are to be cut into " + segments + " segments but should be into at least 1");
    }
  }
}

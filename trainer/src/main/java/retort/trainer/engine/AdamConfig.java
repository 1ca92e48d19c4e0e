package retort.trainer.engine;

/**
 * Constants of Adam (Kingma and Ba 2015), in PyTorch's form: epsilon is added to the bias-corrected
 * root of the second moment.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the denominator
 * @param weightDecay L2 penalty
 * @param decoupled whether the penalty shrinks the weights by itself (AdamW, Loshchilov and Hutter
 *     2019); else it is added to the gradient
 */
public record AdamConfig(
    double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {
  public AdamConfig {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          "Adam betas are " + beta1 + " and " + beta2 + " but should lie in [0, 1)");
    }
    if (!(epsilon > 0 && weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "Adam epsilon is "
              + epsilon
              + " and its weight decay "
              + weightDecay
              + ", but should be positive and not negative");
    }
  }

  /** Betas with epsilon 1e-8 and no weight decay. */
  public static AdamConfig of(double beta1, double beta2) {
    return new AdamConfig(beta1, beta2, 1e-8, 0, false);
  }
}

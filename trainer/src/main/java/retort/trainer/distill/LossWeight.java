package retort.trainer.distill;

import retort.denoiser.EdmPreconditioning;
import retort.graph.Value;

/** How a denoising loss weighs noise levels (Karras et al. 2022, Table 1). */
public enum LossWeight {
  /** {@code (sigma^2 + sd^2) / (sigma sd)^2}: every level begins with the loss 1. */
  EDM {
    @Override
    Value of(Value sigma, double sigmaData) {
      return new EdmPreconditioning(sigmaData).lossWeight(sigma);
    }
  },
  /** {@code 1 / sigma^2}, of the variance-preserving and the variance-exploding diffusion. */
  INVERSE_VARIANCE {
    @Override
    Value of(Value sigma, double sigmaData) {
      return sigma.squared().reciprocal();
    }
  };

  /** The weights of noise levels, in their shape. */
  abstract Value of(Value sigma, double sigmaData);
}

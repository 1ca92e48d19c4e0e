package retort.trainer;

import java.util.Locale;
import retort.noise.LogNormalSigma;
import retort.noise.SigmaLaw;
import retort.noise.UniformTimeSigma;
import retort.trainer.distill.LossWeight;

/** The denoising losses of Karras et al. 2022: how noise levels are drawn and weighed. */
enum TeacherLoss {
  /** ln sigma is normal. */
  EDM(LossWeight.EDM) {
    @Override
    SigmaLaw levels(double mean, double deviation) {
      return new LogNormalSigma(mean, deviation);
    }
  },
  /** Times of the variance-preserving diffusion are uniform. */
  VP(LossWeight.SNR) {
    @Override
    SigmaLaw levels(double mean, double deviation) {
      return UniformTimeSigma.VARIANCE_PRESERVING;
    }
  },
  /** ln sigma is uniform. */
  VE(LossWeight.SNR) {
    @Override
    SigmaLaw levels(double mean, double deviation) {
      return UniformTimeSigma.VARIANCE_EXPLODING;
    }
  };

  private final LossWeight weight;

  TeacherLoss(LossWeight weight) {
    this.weight = weight;
  }

  /** The law of the noise levels; only EDM's has a mean and a deviation to choose. */
  abstract SigmaLaw levels(double mean, double deviation);

  /** How the loss weighs them. */
  LossWeight weight() {
    return weight;
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

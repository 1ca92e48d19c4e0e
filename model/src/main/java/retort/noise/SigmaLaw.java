package retort.noise;

/** A law that training draws the noise levels of images from. */
public sealed interface SigmaLaw permits LogNormalSigma, UniformTimeSigma, UniformIndexSigma {
  /**
   * Draws a noise level.
   *
   * @param draws where the random number comes from
   * @param index which number of it decides: one for each image
   */
  double sigma(UniformDraws draws, long index);
}

package retort.trainer.evaluate;

import retort.denoiser.ImageShape;

/** A kind of feature network: it gets grey levels as it is fed. */
interface Extractor {
  /** Shape of the images it is fed; a network that takes any size says that of the images. */
  ImageShape shape();

  /** Whether its logits are of the labels that images have, and not of a public data set's. */
  boolean labelsImages();

  /**
   * Computes features, and logits if the network has them.
   *
   * @param levels [n, C, H, W], each byte unsigned
   * @param count n
   */
  FeatureBatch extract(byte[] levels, int count);
}

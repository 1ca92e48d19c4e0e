package retort.trainer.data;

import retort.denoiser.ImageShape;
import retort.noise.UniformDraws;

/**
 * What augmentation does to one image, as it was drawn. An operation that was not drawn has zeros.
 *
 * @param xFlip whether left and right are exchanged
 * @param yFlip whether top and bottom are exchanged
 * @param scale the image grows by the factor {@code 2^(0.2 scale)}
 * @param rotation how far the image turns, counter-clockwise as one sees it, in radians
 * @param stretch the image grows by {@code 2^(0.2 stretch)} along one axis and shrinks by as much
 *     across it
 * @param stretchAxis how far that axis is turned from the horizontal, as in {@code rotation}
 * @param shiftX the image moves right by {@code 0.125 W shiftX}
 * @param shiftY the image moves down by {@code 0.125 H shiftY}
 */
record ImageTransform(
    boolean xFlip,
    boolean yFlip,
    double scale,
    double rotation,
    double stretch,
    double stretchAxis,
    double shiftX,
    double shiftY) {

  static final int LABELS = 9;

  /** Draws that belong to one image; the last one is spare. */
  static final int DRAWS = 16;

  private static final double X_FLIP_MULTIPLIER = 1e8;
  private static final double SLANTED_STRETCH_PROBABILITY = 0.5;
  private static final double OCTAVES = 0.2;
  private static final double SHIFT = 0.125;

  /** Draws a transform from the draws {@code first} to {@code first + 15}. */
  static ImageTransform draw(double probability, UniformDraws draws, long first) {
    boolean xFlipped = draws.uniform(first) < Math.min(1.0, X_FLIP_MULTIPLIER * probability);
    boolean yFlipped = draws.uniform(first + 2) < probability;
    boolean scaled = draws.uniform(first + 4) < probability;
    boolean rotated = draws.uniform(first + 6) < probability;
    boolean stretched = draws.uniform(first + 8) < probability;
    boolean slanted = stretched && draws.uniform(first + 10) < SLANTED_STRETCH_PROBABILITY;
    boolean shifted = draws.uniform(first + 12) < probability;
    return new ImageTransform(
        xFlipped && draws.below(2, first + 1) == 1,
        yFlipped && draws.below(2, first + 3) == 1,
        scaled ? draws.normal(first + 5) : 0.0,
        rotated ? angle(draws, first + 7) : 0.0,
        stretched ? draws.normal(first + 9) : 0.0,
        slanted ? angle(draws, first + 11) : 0.0,
        shifted ? draws.normal(first + 13) : 0.0,
        shifted ? draws.normal(first + 14) : 0.0);
  }

  private static double angle(UniformDraws draws, long index) {
    return (2.0 * draws.uniform(index) - 1.0) * Math.PI;
  }

  /** Whether more than flips is left to do. */
  boolean warps() {
    return scale != 0 || rotation != 0 || stretch != 0 || shiftX != 0 || shiftY != 0;
  }

  /**
   * Where a place in the augmented image comes from in the flipped one, both measured in pixels
   * from the centre. The image is scaled, turned, stretched and shifted, in this order.
   */
  Affine inverse(ImageShape shape) {
    double factor = Math.pow(2.0, -OCTAVES * scale);
    double along = Math.pow(2.0, -OCTAVES * stretch);
    Affine unscale = Affine.scaling(factor, factor);
    Affine unstretch =
        Affine.rotation(-stretchAxis)
            .after(Affine.scaling(along, 1.0 / along))
            .after(Affine.rotation(stretchAxis));
    Affine unshift =
        Affine.translation(-SHIFT * shape.width() * shiftX, -SHIFT * shape.height() * shiftY);
    return unscale.after(Affine.rotation(rotation)).after(unstretch).after(unshift);
  }

  /** Writes the nine label columns of this image, beginning at {@code offset}. */
  void label(float[] labels, int offset) {
    labels[offset] = xFlip ? 1f : 0f;
    labels[offset + 1] = yFlip ? 1f : 0f;
    labels[offset + 2] = (float) scale;
    labels[offset + 3] = (float) (Math.cos(rotation) - 1.0);
    labels[offset + 4] = (float) Math.sin(rotation);
    labels[offset + 5] = (float) (stretch * Math.cos(stretchAxis));
    labels[offset + 6] = (float) (stretch * Math.sin(stretchAxis));
    labels[offset + 7] = (float) shiftX;
    labels[offset + 8] = (float) shiftY;
  }
}

package retort.trainer.evaluate;

import java.util.Map;
import retort.denoiser.ImageShape;

/** Images to be judged, in a fixed order, that can be had from any of them on. */
public interface ImageSet {
  /** Shape of the images. */
  ImageShape shape();

  /** How many there are. */
  int count();

  /**
   * Everything that decides the images, for results and to recognise them again: digests, sampler,
   * seeds; insertion order kept.
   */
  Map<String, String> origin();

  /**
   * Hands over the images from number {@code first} on, in parts. Stops early when the sink returns
   * false.
   */
  void read(int first, Sink sink);

  /** Takes images, part by part. */
  interface Sink {
    /** images [n, C, H, W] in [-1, 1], and the label of each or none */
    boolean accept(float[] images, int[] labels);
  }
}

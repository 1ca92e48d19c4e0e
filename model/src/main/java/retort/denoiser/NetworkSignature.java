package retort.denoiser;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which input and output of a network is what.
 *
 * @param image the noisy image, [N, C, H, W]
 * @param channelsLast whether images are [N, H, W, C] instead, as TensorFlow has them
 * @param time the noise level: one number for each image, or one for the batch
 * @param label the label, where the network takes one
 * @param output the answer, of the image's shape or with twice its channels, of which the first
 *     half is meant (the rest is a learnt variance)
 * @param features a value inside the network that becomes the output {@code features}
 * @param fixed numbers for all further inputs
 */
public record NetworkSignature(
    String image,
    boolean channelsLast,
    String time,
    Optional<LabelInput> label,
    String output,
    Optional<String> features,
    Map<String, Double> fixed) {
  public NetworkSignature {
    fixed = Collections.unmodifiableMap(new TreeMap<>(fixed));
  }
}

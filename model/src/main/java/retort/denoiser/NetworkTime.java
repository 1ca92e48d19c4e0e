package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * How a network speaks of the noise level: by sigma itself ({@link SigmaTime}), by the number of a
 * timestep ({@link TimestepTable}), or by a time in [0, 1] ({@link CosineTime}, {@link FlowTime}).
 * Immutable.
 */
public sealed interface NetworkTime permits SigmaTime, TimestepTable, CosineTime, FlowTime {

  /**
   * The time of each noise level, before scale and offset.
   *
   * @param sigma {@code [N]}, in the units of the network
   * @return {@code [N]}, real
   */
  Value at(GraphBuilder g, Value sigma);

  /** How the noisy input of such networks is scaled. */
  NoiseState state();

  /** The noise levels trained on, in the units of the network. */
  SigmaRange trained();

  /** Whether time runs from noise to image, so that a velocity is {@code x - eps}. */
  default boolean towardsImage() {
    return false;
  }
}

package retort.network;

import java.util.List;
import retort.graph.Graph;

/**
 * A U-Net of Karras et al. 2022, as they name and wire it; SiD and SiDA distil the same networks.
 *
 * <p>Inputs of its graph: {@code x} [N, inChannels, H, W]; {@code noise} [N], the value the
 * embedding encodes; {@code label} [N, labelDim] and {@code augment} [N, augmentDim] where these
 * are not 0. Outputs: {@code f} [N, outChannels, H, W] and {@code features}, the activations after
 * the last encoder block.
 */
public sealed interface EdmUNet permits SongUNet, DhariwalUNet {
  /** Class names of the published networks. */
  String SONG = "SongUNet";

  String DHARIWAL = "DhariwalUNet";

  /** Images and conditions, widths, depth, and where attention is. */
  UNetPlan plan();

  /** The same network for another number of channels of the result. */
  EdmUNet withOutChannels(int channels);

  /** Builds the network with weights from {@code source}, of which initial ones need the seed. */
  Graph build(WeightSource source, long seed);

  /**
   * Builds the network with fresh weights.
   *
   * @param seed of the initial weights
   */
  default Graph build(long seed) {
    return build(WeightSource.INITIAL, seed);
  }

  /**
   * Builds the network with the weights of a published one.
   *
   * @throws retort.graph.GraphException when a weight is missing or of another shape
   */
  default Graph build(WeightSource source) {
    return build(source, 0);
  }

  /**
   * The network of a class with its arguments.
   *
   * @param className the published class name, behind which SiDA writes {@code _EncoderDecoder}
   * @throws IllegalArgumentException when the class is another, or an argument gives no network
   */
  static EdmUNet of(String className, Arguments arguments) {
    return switch (className.split("_", 2)[0]) {
      case SONG -> SongUNet.of(arguments);
      case DHARIWAL -> DhariwalUNet.of(arguments);
      default ->
          throw new IllegalArgumentException(
              "the network is a " + className + " but should be one of " + List.of(SONG, DHARIWAL));
    };
  }
}

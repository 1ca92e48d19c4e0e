package retort.network.features;

import retort.graph.Value;

/** One entry of a sequence of layers; its place there is its name. */
@FunctionalInterface
interface TrunkLayer {
  TrunkLayer RELU = (layers, name, x) -> x.relu();

  Value apply(FeatureLayers layers, String name, Value x);

  /** A convolution of stride 1 that keeps height and width. */
  static TrunkLayer conv(int out, int kernel) {
    return conv(out, kernel, 1, kernel / 2);
  }

  /** A convolution. */
  static TrunkLayer conv(int out, int kernel, int stride, int pad) {
    return (layers, name, x) -> layers.conv(name, x, out, kernel, stride, pad);
  }

  /** The largest of each window of stride 2. */
  static TrunkLayer pool(int kernel) {
    return (layers, name, x) -> layers.maxPool(x, kernel, false);
  }

  /** The largest of each 3x3 window of stride 2, the last of which may reach over the border. */
  static TrunkLayer poolOverBorder() {
    return (layers, name, x) -> layers.maxPool(x, 3, true);
  }

  /**
   * The module of SqueezeNet: few channels, then many from 1x1 and as many from 3x3 windows.
   *
   * @param few channels in between
   * @param many channels of each of the two
   */
  static TrunkLayer fire(int few, int many) {
    return (layers, name, x) -> {
      Value h = layers.conv(name + ".squeeze", x, few, 1, 1, 0).relu();
      Value single = layers.conv(name + ".expand1x1", h, many, 1, 1, 0).relu();
      Value wide = layers.conv(name + ".expand3x3", h, many, 3, 1, 1).relu();
      return single.concat(wide, 1);
    };
  }
}

package retort.graph;

import java.util.Arrays;

/** Convolution over one or more spatial axes, with groups. */
final class Convolution {
  private Convolution() {}

  static Rule rule() {
    return new SingleResult(Convolution::type, Convolution::evaluate, Convolution::script);
  }

  private static Window window(Site site) {
    return Window.of(site, Window.spatial(site, 1));
  }

  private static TensorType type(Site site) {
    SingleResult.likeReal(site);
    int[] x = site.shape(0);
    int[] w = site.shape(1);
    int groups = groups(site);
    if (x.length != w.length || x[1] != w[1] * groups || w[0] % groups != 0) {
      throw site.fail(
          "weight "
              + Arrays.toString(w)
              + " in "
              + groups
              + " groups does not fit an operand of shape "
              + Arrays.toString(x));
    }
    requireBias(site, w[0]);
    int[] positions = window(site).positions();
    int[] shape = x.clone();
    shape[1] = w[0];
    System.arraycopy(positions, 0, shape, 2, positions.length);
    return TensorType.of(Elementwise.sameType(site, 0, site.has(2) ? 3 : 2), shape);
  }

  static int groups(Site site) {
    return Math.toIntExact(site.attributes().integer("group", 1));
  }

  static void requireBias(Site site, int channels) {
    if (site.has(2) && !Arrays.equals(site.shape(2), new int[] {channels})) {
      throw site.fail(
          "the bias should be [" + channels + "] but is " + Arrays.toString(site.shape(2)));
    }
  }

  private static Tensor evaluate(Site site, TensorType type) {
    int[] shape = type.shape().at(0);
    int[][] taps = window(site).taps(Window.spatial(site, 0));
    int inputs = site.shape(1)[1];
    int inputSize = Tensor.elements(Window.spatial(site, 0));
    int outputsPerGroup = shape[1] / groups(site);
    double[] x = site.value(0).reals();
    double[] w = site.value(1).reals();
    double[] bias = site.has(2) ? site.value(2).reals() : new double[shape[1]];
    double[] result = new double[Tensor.elements(shape)];
    for (int i = 0; i < result.length; i++) {
      int[] reads = taps[i % taps.length];
      int channel = i / taps.length % shape[1];
      int image = i / taps.length / shape[1];
      int firstInput = image * site.shape(0)[1] + channel / outputsPerGroup * inputs;
      double sum = bias[channel];
      for (int c = 0; c < inputs; c++) {
        int from = (firstInput + c) * inputSize;
        int weight = (channel * inputs + c) * reads.length;
        for (int k = 0; k < reads.length; k++) {
          if (reads[k] >= 0) {
            sum += x[from + reads[k]] * w[weight + k];
          }
        }
      }
      result[i] = sum;
    }
    return Tensor.reals(type.type(), shape, result);
  }

  private static String script(ScriptSite s) {
    Window window = window(s.site());
    String x = s.in(0);
    if (!window.isSymmetric()) {
      x = TorchText.padded(x, window.begins(), window.ends(), 0);
      window = window.unpadded();
    }
    return TorchText.call(
        "conv" + window.kernel().length + "d",
        x,
        s.in(1),
        s.in(2),
        TorchText.ints(window.strides()),
        TorchText.ints(window.begins()),
        TorchText.ints(window.dilations()),
        groups(s.site()));
  }
}

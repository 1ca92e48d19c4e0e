package retort.graph;

import java.util.Arrays;

/** The transpose of a convolution: each input element spreads a kernel over the result. */
final class TransposedConvolution {
  private TransposedConvolution() {}

  static Rule rule() {
    return new SingleResult(
        TransposedConvolution::type,
        TransposedConvolution::evaluate,
        TransposedConvolution::script);
  }

  /** The window of the convolution whose transpose this is; it slides over the result. */
  private static Window window(Site site) {
    int[] input = Window.spatial(site, 0);
    int[] kernel = Window.spatial(site, 1);
    int rank = input.length;
    int[] strides = Window.perAxis(site, "strides", rank, 1);
    int[] dilations = Window.perAxis(site, "dilations", rank, 1);
    int[] pads = Window.perAxis(site, "pads", 2 * rank, 0);
    int[] outputPadding = Window.perAxis(site, "output_padding", rank, 0);
    int[] begins = Arrays.copyOf(pads, rank);
    int[] ends = Arrays.copyOfRange(pads, rank, 2 * rank);
    String autoPad = site.attributes().text("auto_pad", "NOTSET");
    boolean sized = site.attributes().has("output_shape");
    boolean same = autoPad.startsWith("SAME");
    int[] wanted = Window.perAxis(site, "output_shape", rank, 0);
    for (int axis = 0; axis < rank; axis++) {
      if (autoPad.equals("VALID")) {
        begins[axis] = 0;
        ends[axis] = 0;
      }
      if (sized || same) {
        int size = sized ? wanted[axis] : input[axis] * strides[axis];
        int full =
            (input[axis] - 1) * strides[axis]
                + outputPadding[axis]
                + (kernel[axis] - 1) * dilations[axis]
                + 1;
        int total = full - size;
        begins[axis] =
            autoPad.equals("SAME_UPPER")
                ? Math.floorDiv(total, 2)
                : total - Math.floorDiv(total, 2);
        ends[axis] = total - begins[axis];
      }
    }
    return new Window(kernel, strides, dilations, begins, ends, input);
  }

  private static int[] outputPadding(Site site) {
    return Window.perAxis(site, "output_padding", site.rank(0) - 2, 0);
  }

  private static TensorType type(Site site) {
    SingleResult.likeReal(site);
    int[] x = site.shape(0);
    int[] w = site.shape(1);
    int groups = Convolution.groups(site);
    if (x.length != w.length || x[1] != w[0] || w[0] % groups != 0) {
      throw site.fail(
          "weight "
              + Arrays.toString(w)
              + " in "
              + groups
              + " groups does not fit an operand of shape "
              + Arrays.toString(x));
    }
    Convolution.requireBias(site, w[1] * groups);
    int[] overhang = window(site).overhang(new int[x.length - 2]);
    int[] outputPadding = outputPadding(site);
    int[] shape = x.clone();
    shape[1] = w[1] * groups;
    for (int axis = 0; axis < overhang.length; axis++) {
      shape[axis + 2] = overhang[axis] - window(site).ends()[axis] + outputPadding[axis];
    }
    return TensorType.of(Elementwise.sameType(site, 0, site.has(2) ? 3 : 2), shape);
  }

  private static Tensor evaluate(Site site, TensorType type) {
    int[] shape = type.shape().at(0);
    int[] output = Arrays.copyOfRange(shape, 2, shape.length);
    int[][] taps = window(site).taps(output);
    int outputs = site.shape(1)[1];
    int inputs = site.shape(0)[1];
    int inputsPerGroup = inputs / Convolution.groups(site);
    int outputSize = Tensor.elements(output);
    double[] x = site.value(0).reals();
    double[] w = site.value(1).reals();
    double[] result = new double[Tensor.elements(shape)];
    if (site.has(2)) {
      double[] bias = site.value(2).reals();
      Arrays.setAll(result, i -> bias[i / outputSize % shape[1]]);
    }
    for (int i = 0; i < x.length; i++) {
      int[] writes = taps[i % taps.length];
      int channel = i / taps.length % inputs;
      int image = i / taps.length / inputs;
      int firstOutput = image * shape[1] + channel / inputsPerGroup * outputs;
      for (int c = 0; c < outputs; c++) {
        int to = (firstOutput + c) * outputSize;
        int weight = (channel * outputs + c) * writes.length;
        for (int k = 0; k < writes.length; k++) {
          if (writes[k] >= 0) {
            result[to + writes[k]] += x[i] * w[weight + k];
          }
        }
      }
    }
    return Tensor.reals(type.type(), shape, result);
  }

  private static String script(ScriptSite s) {
    Window window = window(s.site());
    int[] outputPadding = outputPadding(s.site());
    if (window.isSymmetric() && isSmall(outputPadding, window)) {
      return call(s, s.in(2), window, outputPadding);
    }
    // everything is computed and cropped; the bias also belongs where nothing was spread
    int rank = outputPadding.length;
    int[] before = new int[rank];
    int[] behind = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      before[axis] = -window.begins()[axis];
      behind[axis] = outputPadding[axis] - window.ends()[axis];
    }
    String spread = call(s, "None", window.unpadded(), new int[rank]);
    String cropped = TorchText.padded(spread, before, behind, 0);
    if (!s.has(2)) {
      return cropped;
    }
    int[] column = new int[rank + 1];
    Arrays.fill(column, 1);
    column[0] = -1;
    return TorchText.call(
        "add", cropped, TorchText.call("reshape", s.in(2), TorchText.ints(column)));
  }

  /** Whether torch accepts the output padding. */
  private static boolean isSmall(int[] outputPadding, Window window) {
    for (int axis = 0; axis < outputPadding.length; axis++) {
      if (outputPadding[axis] >= Math.max(window.strides()[axis], window.dilations()[axis])) {
        return false;
      }
    }
    return true;
  }

  private static String call(ScriptSite s, String bias, Window window, int... outputPadding) {
    return TorchText.call(
        "conv_transpose" + window.kernel().length + "d",
        s.in(0),
        s.in(1),
        bias,
        TorchText.ints(window.strides()),
        TorchText.ints(window.begins()),
        TorchText.ints(outputPadding),
        Convolution.groups(s.site()),
        TorchText.ints(window.dilations()));
  }
}

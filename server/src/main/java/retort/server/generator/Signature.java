package retort.server.generator;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ImageShape;

/**
 * What a generator's network takes and gives: {@code noise} float32 [N, C, H, W], the same of
 * {@code noise_1}, {@code noise_2}, ... where later steps add noise, and perhaps a label float32
 * [N, K] in; {@code image} uint8 [N, H, W, C] or float32 [N, C, H, W] out.
 *
 * @param shape of one image
 * @param noiseInputs how many inputs take noise
 * @param labels K, or 0 without the input
 * @param bytes whether the image comes as uint8
 * @param batchOfOne whether N is fixed to 1
 */
record Signature(ImageShape shape, int noiseInputs, int labels, boolean bytes, boolean batchOfOne) {
  static final String LABEL = "label";
  static final String IMAGE = "image";

  private static final int OPEN = -1;

  /** Of one image: those that fit into a message of 4 MiB, which clients take by default. */
  private static final int MAX_VALUES = (4 << 20) - (64 << 10);

  /** A stream's labels take two bytes each in a resume token, which holds 256 of them. */
  private static final int MAX_LABELS = 1 << 16;

  /**
   * Reads it from a session.
   *
   * @throws GeneratorException when the network is no generator
   */
  static Signature of(OrtSession session) throws OrtException {
    Map<String, NodeInfo> inputs = session.getInputInfo();
    Map<String, NodeInfo> outputs = session.getOutputInfo();
    List<String> noises = noises(inputs);
    TensorInfo noise = tensor(inputs.get(DenoiserModel.NOISE), OnnxJavaType.FLOAT, 4);
    TensorInfo image = tensor(outputs.get(IMAGE), null, 4);
    Set<String> known = new HashSet<>(noises);
    known.add(LABEL);
    if (noise == null || image == null || !known.containsAll(inputs.keySet())) {
      throw notAGenerator(
          "it takes " + inputs.keySet() + " and gives " + outputs.keySet(), inputs, outputs);
    }
    long[] dims = noise.getShape();
    if ((double) dims[1] * dims[2] * dims[3] > MAX_VALUES) {
      throw new GeneratorException(
          "its images are "
              + Arrays.toString(dims)
              + ", but images of at most "
              + MAX_VALUES
              + " values are served; export it at a smaller size");
    }
    ImageShape shape = new ImageShape((int) dims[1], (int) dims[2], (int) dims[3]);
    boolean bytes = image.type == OnnxJavaType.UINT8;
    long[] expected =
        bytes
            ? new long[] {dims[0], dims[2], dims[3], dims[1]}
            : new long[] {dims[0], dims[1], dims[2], dims[3]};
    for (String further : noises) {
      TensorInfo added = tensor(inputs.get(further), OnnxJavaType.FLOAT, 4);
      if (added == null || !Arrays.equals(dims, added.getShape())) {
        throw notAGenerator(further + " is not like noise", inputs, outputs);
      }
    }
    boolean given = bytes || image.type == OnnxJavaType.FLOAT;
    if (!given || !Arrays.equals(expected, image.getShape())) {
      throw notAGenerator("image does not fit noise", inputs, outputs);
    }
    if (dims[0] != OPEN && dims[0] != 1) {
      throw new GeneratorException(
          "its batch is fixed to " + dims[0] + ", but must be open or 1; export it again");
    }
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new GeneratorException(
          "its images have " + shape.channels() + " channels, but only 1 and 3 are served");
    }
    return new Signature(shape, noises.size(), labels(inputs, outputs), bytes, dims[0] == 1);
  }

  /** The inputs that take noise, in order. */
  private static List<String> noises(Map<String, NodeInfo> inputs) {
    List<String> names = new ArrayList<>();
    while (inputs.containsKey(GeneratorSteps.noiseName(names.size()))) {
      names.add(GeneratorSteps.noiseName(names.size()));
    }
    return names;
  }

  private static int labels(Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs) {
    if (!inputs.containsKey(LABEL)) {
      return 0;
    }
    TensorInfo label = tensor(inputs.get(LABEL), OnnxJavaType.FLOAT, 2);
    if (label == null || label.getShape()[1] < 1) {
      throw notAGenerator("label is no float32 [N, K]", inputs, outputs);
    }
    long labels = label.getShape()[1];
    if (labels > MAX_LABELS) {
      throw new GeneratorException(
          "it takes " + labels + " labels, but at most " + MAX_LABELS + " are served");
    }
    return (int) labels;
  }

  /** A value's type, where it is as expected and every dimension but the batch is known. */
  private static @Nullable TensorInfo tensor(
      @Nullable NodeInfo node, @Nullable OnnxJavaType type, int rank) {
    if (node == null || !(node.getInfo() instanceof TensorInfo info)) {
      return null;
    }
    long[] shape = info.getShape();
    boolean fits = shape.length == rank && Arrays.stream(shape).skip(1).allMatch(dim -> dim > 0);
    return fits && (type == null || info.type == type) ? info : null;
  }

  private static GeneratorException notAGenerator(
      String what, Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs) {
    return new GeneratorException(
        "it is no generator: "
            + what
            + " (inputs "
            + describe(inputs)
            + "; outputs "
            + describe(outputs)
            + "), but noise float32 [N, C, H, W], perhaps label float32 [N, K], and image uint8"
            + " [N, H, W, C] or float32 [N, C, H, W] are expected");
  }

  private static String describe(Map<String, NodeInfo> nodes) {
    return String.join(
        ", ",
        nodes.values().stream()
            .map(
                node ->
                    node.getInfo() instanceof TensorInfo info
                        ? node.getName() + " " + info.type + Arrays.toString(info.getShape())
                        : node.getName())
            .toList());
  }
}

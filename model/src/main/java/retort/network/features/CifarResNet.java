package retort.network.features;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.ConvClassifier;
import retort.network.WeightSource;

/**
 * The residual networks for 32x32 images of He et al. 2016, section 4.2, with 20, 32, 44, 56, 110
 * or 1202 layers: three stages of {@code blocks} residual blocks, each of half the resolution and
 * twice the channels, averaged over the image to features, and a linear layer.
 *
 * <p>Tensors have the names of the PyTorch implementation that most published files come from.
 * Images are standardised as it does, with the statistics of ImageNet.
 *
 * @param blocks residual blocks a stage
 * @param width channels of the first stage, 16 in the paper; there are four times as many features
 * @param labels classes
 * @param projections whether a 1x1 convolution carries the shortcut where a stage begins, option B
 *     of the paper, or every second pixel between channels of zeros, option A
 */
public record CifarResNet(int blocks, int width, int labels, boolean projections)
    implements PublishedFeatures {
  private static final int SIZE = 32;
  private static final int STAGES = 3;

  /** Checks that no layer is empty. */
  public CifarResNet {
    if (blocks < 1 || width < 2 || width % 2 != 0 || labels < 1) {
      throw new IllegalArgumentException(
          "a residual network of %d blocks, %d channels and %d labels: give at least 1 block, an even number of channels and at least 1 label"
              .formatted(blocks, width, labels));
    }
  }

  /** The network of a stem, three stages and a linear layer; a fourth stage is for photographs. */
  static Optional<CifarResNet> recognise(Map<String, Tensor> tensors) {
    Tensor stem = tensors.get("conv1.weight");
    Tensor linear = tensors.get("linear.weight");
    boolean fits =
        stem != null
            && stem.rank() == 4
            && stem.dim(0) > 1
            && stem.dim(0) % 2 == 0
            && linear != null
            && linear.rank() == 2
            && linear.dim(0) > 0
            && hasBlock(tensors, STAGES, 0)
            && !hasBlock(tensors, STAGES + 1, 0);
    if (!fits) {
      return Optional.empty();
    }
    int blocks = 1;
    while (hasBlock(tensors, 1, blocks)) {
      blocks++;
    }
    return Optional.of(
        new CifarResNet(
            blocks,
            Objects.requireNonNull(stem).dim(0),
            Objects.requireNonNull(linear).dim(0),
            tensors.containsKey("layer2.0.shortcut.0.weight")));
  }

  private static boolean hasBlock(Map<String, Tensor> tensors, int stage, int block) {
    return tensors.containsKey("layer" + stage + "." + block + ".conv1.weight");
  }

  /** Layers with weights from image to logits, shortcuts not counted. */
  public int depth() {
    return 2 * STAGES * blocks + 2;
  }

  @Override
  public String title() {
    return "ResNet-" + depth() + " with " + labels + " labels";
  }

  @Override
  public CifarResNet sized(int height, int newWidth) {
    if (height != SIZE || newWidth != SIZE) {
      throw new IllegalArgumentException(
          "%s takes images of 32x32, not of %dx%d; choose another network for these"
              .formatted(title(), height, newWidth));
    }
    return this;
  }

  @Override
  public Graph build(WeightSource source) {
    GraphBuilder g = new GraphBuilder();
    FeatureLayers layers = new FeatureLayers(g, source);
    Value image = g.input(ConvClassifier.IMAGE, Shape.batch(3, SIZE, SIZE));
    Value h = layers.convWithoutBias("conv1", layers.standardised(image), width, 3, 1, 1);
    h = layers.batchNorm("bn1", h).relu();
    for (int stage = 1; stage <= STAGES; stage++) {
      for (int i = 0; i < blocks; i++) {
        int stride = stage > 1 && i == 0 ? 2 : 1;
        h = block(layers, "layer" + stage + "." + i, h, width << (stage - 1), stride);
      }
    }
    Value features = layers.channelMeans(h);
    g.output(ConvClassifier.FEATURES, features);
    g.output(ConvClassifier.LOGITS, layers.linear("linear", features, labels));
    return g.build();
  }

  private Value block(FeatureLayers layers, String name, Value x, int out, int stride) {
    Value h = layers.convWithoutBias(name + ".conv1", x, out, 3, stride, 1);
    h = layers.batchNorm(name + ".bn1", h).relu();
    h = layers.convWithoutBias(name + ".conv2", h, out, 3, 1, 1);
    h = layers.batchNorm(name + ".bn2", h);
    Value shortcut = stride == 1 ? x : shortcut(layers, name + ".shortcut", x, out);
    return h.plus(shortcut).relu();
  }

  private Value shortcut(FeatureLayers layers, String name, Value x, int out) {
    return projections
        ? layers.batchNorm(name + ".1", layers.convWithoutBias(name + ".0", x, out, 1, 2, 0))
        : layers.halvedWithZeros(x, out);
  }
}
